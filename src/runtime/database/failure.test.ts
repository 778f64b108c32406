import { describe, expect, test } from 'vitest';
import { FailPointError } from '../seams/fail-points.ts';
import { CommitUnknown, ConnectionError, classify, StatementError } from './failure.ts';

function refused(code: string, routine?: string): StatementError {
  return new StatementError({
    code,
    message: 'refused',
    statement: 'SELECT 1',
    routine,
    detail: 'Key (email)=(ann@…)',
  });
}

describe('a failure', () => {
  test.each([
    ['22001', 'item'],
    ['23505', 'item'],
    ['23514', 'item'],
    ['54000', 'item'],
    ['SU009', 'item'],
    ['SU002', 'repeat'],
    ['SU001', 'fenced'],
    ['40001', 'repeat'],
    ['40P01', 'repeat'],
    ['55P03', 'repeat'],
    ['40003', 'unknown-commit'],
    ['08006', 'infrastructure'],
    ['53100', 'infrastructure'],
    ['53300', 'infrastructure'],
    ['57014', 'infrastructure'],
    ['57P01', 'infrastructure'],
    ['57P03', 'infrastructure'],
    ['58030', 'infrastructure'],
    ['25P03', 'infrastructure'],
    ['25006', 'infrastructure'],
    ['42P01', 'bug'],
    ['42501', 'bug'],
    ['0A000', 'bug'],
    ['P0001', 'bug'],
  ])('with SQLSTATE %s means: %s', (code, meaning) => {
    expect(classify(refused(code))).toBe(meaning);
  });

  test('of a prepared statement that a migration made stale asks for repetition', () => {
    expect(classify(refused('0A000', 'RevalidateCachedQuery'))).toBe('repeat');
  });

  test('of a connection is nobody’s fault, and keeps the code of its cause', () => {
    const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    expect(classify(new ConnectionError('no connection', cause))).toBe('infrastructure');
    expect(new ConnectionError('no connection', cause).code).toBe('ECONNREFUSED');
    expect(classify(cause)).toBe('infrastructure');
    expect(classify(new FailPointError('here'))).toBe('infrastructure');
  });

  test('of a COMMIT stays unknown, whatever caused it', () => {
    expect(classify(new CommitUnknown(new ConnectionError('gone')))).toBe('unknown-commit');
  });

  test('is judged by what it wraps', () => {
    const wrapped = new Error('while saving', { cause: new Error('in the store', { cause: refused('40001') }) });
    expect(classify(wrapped)).toBe('repeat');
    expect(classify(new Error('while saving'))).toBe('bug');
    expect(classify('a string')).toBe('bug');
  });

  test('tells a program the row’s values, but shows them to no log', () => {
    const error = refused('23505');
    expect(error.detail).toContain('ann@');
    expect(JSON.stringify(error)).not.toContain('ann@');
    expect(Object.keys(error)).not.toContain('detail');
  });
});
