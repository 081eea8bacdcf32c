/** What judging costs beside reading JSON: the same review parsed, and parsed and judged, in turn. */

import { validate } from '../src/admission/index.ts';
import { defaultPolicy } from '../src/policy/index.ts';
import { rules } from '../src/rules/index.ts';
import { makeBodies } from './bodies.ts';
import { median } from './statistics.ts';

const now = Date.parse('2026-01-01T00:00:00Z');
const rounds = 15;

/** One row a body: microseconds for JSON.parse, for a whole answer, and the ratio of what judging adds to parsing. */
export function measureJudging() {
  const guard = { rules, policy: defaultPolicy(rules) };
  return makeBodies().map(({ name, text }) => {
    const repeats = Math.max(20, Math.round(3_000_000 / text.length));
    const parse: number[] = [];
    const answer: number[] = [];
    for (let round = 0; round < rounds; round++) {
      parse.push(microseconds(repeats, () => JSON.parse(text)));
      answer.push(microseconds(repeats, () => validate(text, guard, now)));
    }
    const parsing = median(parse);
    const judging = median(answer) - parsing;
    return {
      body: name,
      'parse µs': round(parsing),
      'judge µs': round(judging),
      'judge / parse': round(judging / parsing),
    };
  });
}

function microseconds(repeats: number, work: () => unknown): number {
  const start = process.hrtime.bigint();
  for (let i = 0; i < repeats; i++) work();
  return Number(process.hrtime.bigint() - start) / 1000 / repeats;
}

function round(value: number): number {
  return Number(value.toFixed(2));
}
