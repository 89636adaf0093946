/** The document as a page for people: our own markup and style sheet, no script, and nothing from another host. */
import { html } from 'hono/html';
import { assetPath } from '../assets/assets.ts';
import type { Html } from '../pages/layout.ts';
import type { DescribedOperation, DescribedResponse, JsonSchema, OpenApi } from './document.ts';
import { problems } from './problem.ts';

export function referencePage(document: OpenApi): Html {
  const { info, tags, components } = document;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>API · docketmail</title>
        <link rel="icon" href="${assetPath('icon.svg')}" />
        <link rel="stylesheet" href="${assetPath('pico.css')}" />
        <link rel="stylesheet" href="${assetPath('docketmail.css')}" />
      </head>
      <body>
        <main class="container">
          <p><a href="/">← docketmail</a></p>
          <h1>The API of docketmail</h1>
          ${info.description.split('\n\n').map((paragraph) => html`<p>${marked(paragraph)}</p>`)}
          <p>
            For programs: <a href="/api/openapi.json">openapi.json</a>,
            <a href="/api/openapi.yaml">openapi.yaml</a> (OpenAPI ${document.openapi}).
          </p>
          ${contents(document)} ${tags.map((tag) => section(document, tag))}
          <h2>Problems</h2>
          ${problemTable()}
          <h2>Schemas</h2>
          ${Object.entries(components.schemas).map(
            ([name, schema]) =>
              html`<h3 id="schema-${name}">${name}</h3>
                ${described(schema)} ${fieldsOf(schema)}`,
          )}
        </main>
      </body>
    </html>`;
}

interface Listed {
  readonly path: string;
  readonly method: string;
  readonly one: DescribedOperation;
}

const listed = ({ paths }: OpenApi, tag: string): readonly Listed[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, one]) =>
      one.tags.includes(tag) ? [{ path, method: method.toUpperCase(), one }] : [],
    ),
  );

const contents = (document: OpenApi): Html =>
  html`<nav aria-label="Operations">
    <ul>
      ${document.tags.map(
        ({ name }) =>
          html`<li>
            <a href="#tag-${name}">${name}</a>:
            ${listed(document, name).map(
              ({ one }, at) =>
                html`${at === 0 ? '' : ', '}<a href="#${one.operationId}">${one.operationId}</a>`,
            )}
          </li>`,
      )}
    </ul>
  </nav>`;

const section = (
  document: OpenApi,
  { name, description }: { readonly name: string; readonly description: string },
): Html =>
  html`<h2 id="tag-${name}">${name}</h2>
    <p>${description}</p>
    ${listed(document, name).map((one) => operationCard(document, one))}`;

function operationCard(document: OpenApi, { path, method, one }: Listed): Html {
  const { operationId, summary, description, parameters = [], requestBody, responses } = one;
  const body = requestBody?.content['application/json']?.schema;
  return html`<article id="${operationId}">
    <header>
      <h3><code>${method} ${path}</code></h3>
      ${summary}
    </header>
    <p>${marked(description)}</p>
    ${
      parameters.length === 0
        ? ''
        : html`<h4>Parameters</h4>
            ${table(
              parameters.map((parameter) => ({
                name: parameter.name,
                type: `${typeOf(parameter.schema)}, in ${parameter.in}`,
                isRequired: parameter.required,
                says: parameter.description ?? '',
              })),
            )}`
    }
    ${
      body === undefined
        ? ''
        : html`<h4>Body</h4>
            ${fieldsOf(body)}`
    }
    <h4>Answers</h4>
    <ul>
      ${Object.entries(responses).map(([status, response]) => {
        const { description: says, content } = responseAt(document, response);
        return html`<li>
          <strong>${status}</strong> ${marked(says)}
          ${Object.entries(content).map(
            ([mediaType, { schema }]) => html`<small>${mediaType}</small> ${named(schema)}`,
          )}
        </li>`;
      })}
    </ul>
  </article>`;
}

function responseAt(
  { components }: OpenApi,
  response: DescribedOperation['responses'][string],
): DescribedResponse {
  if (!('$ref' in response)) return response;
  const found = components.responses[nameIn(response.$ref)];
  if (found === undefined) throw new Error(`${response.$ref} is described nowhere`);
  return found;
}

const problemTable = (): Html =>
  html`<div class="table">
    <table>
      <thead>
        <tr>
          <th scope="col">code</th>
          <th scope="col">status</th>
          <th scope="col">title</th>
        </tr>
      </thead>
      <tbody>
        ${Object.entries(problems).map(
          ([code, { status, title }]) =>
            html`<tr id="${code}">
              <th scope="row"><code>${code}</code></th>
              <td>${status}</td>
              <td>${title}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;

interface Field {
  readonly name: string;
  readonly type: string;
  readonly isRequired: boolean;
  readonly says: string;
}

const table = (fields: readonly Field[]): Html =>
  html`<div class="table">
    <table>
      <tbody>
        ${fields.map(
          ({ name, type, isRequired, says }) =>
            html`<tr>
              <th scope="row"><code>${name}</code></th>
              <td><small>${type}${isRequired ? ', required' : ''}</small></td>
              <td>${marked(says)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const described = ({ description }: JsonSchema): Html | string =>
  textOf(description) === '' ? '' : html`<p>${marked(textOf(description))}</p>`;

function fieldsOf(schema: JsonSchema): Html | string {
  if (typeof schema['$ref'] === 'string') return named(schema);
  const { properties = {}, required = [] } = schema as {
    readonly properties?: Readonly<Record<string, JsonSchema>>;
    readonly required?: readonly string[];
  };
  const fields = Object.entries(properties).map(([name, one]) => ({
    name,
    type: typeOf(one),
    isRequired: required.includes(name),
    says: textOf(one['description']),
  }));
  return fields.length === 0 ? html`<p><code>${typeOf(schema)}</code></p>` : table(fields);
}

const nameIn = (ref: unknown): string => textOf(ref).split('/').at(-1) ?? '';

const named = (schema: JsonSchema): Html | string =>
  typeof schema['$ref'] === 'string'
    ? html`<a href="#schema-${nameIn(schema['$ref'])}">${nameIn(schema['$ref'])}</a>`
    : html`<code>${typeOf(schema)}</code>`;

/** A schema in one line, a few levels deep. */
function typeOf(schema: JsonSchema, depth = 0): string {
  const {
    $ref: ref,
    enum: values,
    const: only,
    anyOf,
    oneOf,
    type,
    items,
    properties,
  } = schema as {
    readonly $ref?: string;
    readonly enum?: readonly unknown[];
    readonly const?: unknown;
    readonly anyOf?: readonly JsonSchema[];
    readonly oneOf?: readonly JsonSchema[];
    readonly type?: string | readonly string[];
    readonly items?: JsonSchema;
    readonly properties?: Readonly<Record<string, JsonSchema>>;
  };
  if (ref !== undefined) return nameIn(ref);
  if (values !== undefined) return values.map((value) => JSON.stringify(value)).join(' or ');
  if (only !== undefined) return JSON.stringify(only);
  const choices = anyOf ?? oneOf;
  if (choices !== undefined) return choices.map((one) => typeOf(one, depth)).join(' or ');
  if (items !== undefined) return `array of ${typeOf(items, depth + 1)}`;
  if (properties !== undefined && depth < 2)
    return `{ ${Object.entries(properties)
      .map(([name, one]) => `${name}: ${typeOf(one, depth + 1)}`)
      .join('; ')} }`;
  return typeof type === 'string' ? type : (type ?? ['any']).join(' or ');
}

/** What stands between backticks is code. */
const marked = (text: string): readonly (Html | string)[] =>
  text.split('`').map((part, at) => (at % 2 === 1 ? html`<code>${part}</code>` : part));
