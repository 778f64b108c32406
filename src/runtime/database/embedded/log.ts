/** The part of a logger this folder needs; the application's own logger has it. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** PostgreSQL cannot be run here as asked; the message is for a person, and says what to do. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
}
