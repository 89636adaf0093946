/** The only style of our own pages; their content security policy has its hash. */
export const pageStyle = `
body {
  font: 15px/1.5 system-ui, sans-serif;
  max-width: 60rem;
  margin: 2rem auto;
  padding: 0 1rem;
  color: #1d2733;
}
h1 {
  font-size: 1.3rem;
}
h2 {
  font-size: 1rem;
  margin-top: 1.5rem;
}
table {
  border-collapse: collapse;
  width: 100%;
}
th,
td {
  text-align: left;
  vertical-align: top;
  padding: 0.3rem 0.6rem;
  border-bottom: 1px solid #e3e8ee;
  overflow-wrap: anywhere;
}
th {
  font-weight: 600;
  white-space: nowrap;
  color: #51606f;
}
nav a {
  margin-right: 1rem;
}
`;
