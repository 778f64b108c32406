import Type from 'typebox';
import { operation } from '#contracts/operation.ts';

/** What an instance that was left alone is asked, whatever services are there: 204, or why it takes nothing. */
export const alive = operation({
  service: 'runtime',
  name: 'alive',
  summary: 'Whether requests may be sent here',
  method: 'GET',
  path: '/internal/alive',
  access: 'service',
  answers: { 204: Type.Null() },
});
