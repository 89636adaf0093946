/** What somebody asks for a user or token and cannot have, with what to do. */
export class UserRequestError extends Error {
  override readonly name = 'UserRequestError';
}
