import type { Message, MessageContract } from '#contracts/message.ts';
import { validatorOf } from '../http/schemas.ts';

/** Why the message is not what its contract says, undefined where it is. What a service's own log says is not asked. */
export function misfitOf({ data: schema, key }: MessageContract, { data, key: subject }: Message): string | undefined {
  const validator = validatorOf(schema);
  if (!validator.Check(data)) {
    const [first] = validator.Errors(data);
    return `its data is not what its contract says: ${first?.instancePath} ${first?.message}`;
  }
  const own = (data as Readonly<Record<string, unknown>>)[key];
  return own === subject ? undefined : `its subject is ${subject}, but its data says ${own}`;
}
