import { describe, expect, test } from 'vitest';
import { currentSchemas, releasedSchemas } from '../../scripts/messages.ts';

describe('messages, whose schemas are frozen once released (004 §4.1: versioned, backward compatible)', async () => {
  const current = await currentSchemas();
  const released = releasedSchemas();

  test('are all released: `node scripts/messages.ts` releases a new one', () => {
    expect(Object.keys(current).filter((name) => !(name in released))).toEqual([]);
  });

  test.each(Object.keys(released))('%s is what was released; a change is a new version', (name) => {
    expect(current[name]).toEqual(released[name]);
  });
});
