import type { Database } from '../../src/runtime/database/database.ts';
import { FailPointError, type FailPoints } from '../../src/runtime/seams/fail-points.ts';

/** Makes the database refuse marks of a tally with this SQLSTATE, so often. Sequences do not roll back: each refusal counts. */
export async function refuseMarks(owner: Database, tally: string, code: string, times: number): Promise<void> {
  await owner.query(`create sequence "${tally} refusals"`);
  await owner.query(`
    create function "${tally} refuse"() returns trigger language plpgsql security definer as $$
    begin
      if new.tally = '${tally}' and nextval('"${tally} refusals"') <= ${times} then
        raise exception 'refused by the test' using errcode = '${code}';
      end if;
      return new;
    end $$`);
  await owner.query(
    `create trigger "${tally}" before insert on marks for each row execute function "${tally} refuse"()`,
  );
}

/** Ends the backends of the database whose application's name ends so; returns how many there were. */
export async function terminate(owner: Database, applicationName: string): Promise<number> {
  const { count } = await owner.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and application_name like '%' || $1 and pid <> pg_backend_pid()`,
    [applicationName],
  );
  return count;
}

/** Fail points that a test arms while the host runs: each name throws as often as it was armed. */
export function armedFailPoints() {
  const armed = new Map<string, number>();
  const failPoints: FailPoints = {
    armed: true,
    reach(name) {
      const left = armed.get(name) ?? 0;
      if (left === 0) return;
      armed.set(name, left - 1);
      throw new FailPointError(name);
    },
  };
  return {
    failPoints,
    arm: (name: string, times = 1) => void armed.set(name, times),
    left: (name: string) => armed.get(name) ?? 0,
  };
}
