import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, normalize } from 'node:path';
import t from 'tap';
import { rules } from '../src/rules/index.ts';

/** A room's rank and the packages it may use: a room imports only rooms of a lower rank. `node:` stands for any builtin module. */
const rooms: Readonly<Record<string, { readonly rank: number; readonly packages: readonly string[] }>> = {
  kube: { rank: 0, packages: [] },
  readers: { rank: 1, packages: [] },
  rules: { rank: 2, packages: [] },
  policy: { rank: 3, packages: ['yaml'] },
  admission: { rank: 4, packages: [] },
  report: { rank: 4, packages: [] },
  server: { rank: 5, packages: ['node:', 'fastify', 'pino', 'prom-client'] },
  files: { rank: 5, packages: ['node:', 'yaml'] },
  tls: { rank: 5, packages: ['node:', 'node-forge'] },
  cli: { rank: 6, packages: ['node:', 'pino'] },
};
const pureRank = 4;

interface Source {
  readonly file: string;
  readonly room: string;
  readonly text: string;
}

const sources: readonly Source[] = readdirSync('src', { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => {
    const file = join(entry.parentPath, entry.name);
    return { file, room: file.split('/')[1] ?? '', text: readFileSync(file, 'utf8') };
  });

/** The specifiers a file imports, statically or not, types included. */
function importsOf(text: string): readonly string[] {
  const found = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\s[^;]*?from\s*'([^']+)'|(?:^|\n)\s*import\s*'([^']+)'|import\(\s*'([^']+)'/g,
  );
  return [...found].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}

/** Source text without comments and strings, so that prose about the clock is not taken for a use of it. */
function codeOf(text: string): string {
  return text
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/(^|\s)\/\/.*$/gm, '')
    .replaceAll(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, "''");
}

t.test('the import rule', async (t) => {
  t.ok(sources.length > 20, 'there are sources to look at');
  for (const { file, room, text } of sources) {
    const own = rooms[room];
    if (own === undefined) {
      t.fail(`${file} is in no known room`);
      continue;
    }
    const wrong: string[] = [];
    for (const specifier of importsOf(text)) {
      if (specifier.startsWith('.')) {
        const target = normalize(join(file, '..', specifier));
        const other = target.split('/')[1] ?? '';
        if (!target.startsWith('src/')) wrong.push(`${specifier} is outside src`);
        else if (other !== room && (rooms[other]?.rank ?? 99) >= own.rank)
          wrong.push(`${specifier} is of no lower rank`);
        else if (!existsSync(target)) wrong.push(`${specifier} does not exist`);
      } else {
        const name = specifier.startsWith('node:') || builtinModules.includes(specifier) ? 'node:' : specifier;
        if (!own.packages.includes(name)) wrong.push(`${specifier} may not be used in ${room}`);
      }
    }
    t.same(wrong, [], file);
  }
});

t.test('ranks 0 to 4 are pure', async (t) => {
  const impure =
    /\b(process\.|Date\.now|new Date\(\)|performance\.|Math\.random|setTimeout|setInterval|console\.|globalThis)/;
  for (const { file, room, text } of sources) {
    if ((rooms[room]?.rank ?? 0) > pureRank) continue;
    const code = codeOf(text);
    t.equal(impure.exec(code)?.[0], undefined, `${file} reads no clock, environment or chance`);
    t.notMatch(code, /^(export )?let /m, `${file} keeps no module state`);
  }
});

t.test('conventions of the code', async (t) => {
  for (const { file, room, text } of sources) {
    t.match(file, /^src(\/[a-z0-9-]+)+(\.generated)?\.ts$/, `${file} is kebab-case`);
    const opensWithSentence = file.endsWith('index.ts') || /^(#!.*\n)?(\/\*\*|\/\/)\s*\*?\s*\S/.test(text);
    t.ok(opensWithSentence, `${file} opens with what it decides`);
    if (room !== 'cli')
      t.notMatch(codeOf(text), /\bprocess\.(exit|env|argv|std)/, `${file} leaves process.* to the command line`);
    t.notMatch(codeOf(text), /[\w)\]]!(\.|\[|;|,|\))/, `${file} has no non-null assertion`);
    t.notMatch(codeOf(text), /\bas any\b|: any\b|<any>/, `${file} has no any`);
  }
});

t.test('docs, list and fixtures agree', async (t) => {
  const ids = rules.map(({ id }) => id);
  t.equal(new Set(ids).size, ids.length, 'ids are unique');
  for (const { id } of rules) {
    t.ok(existsSync(`src/rules/${id}.ts`), `${id} has a file of its name`);
    t.ok(existsSync(`test/fixtures/${id}`), `${id} has fixtures`);
    t.ok(existsSync(`docs/rules/${id}.md`), `${id} has a page`);
  }
  const pages = existsSync('docs/rules') ? readdirSync('docs/rules').filter((name) => name !== 'README.md') : [];
  t.same(pages.toSorted(), ids.map((id) => `${id}.md`).toSorted(), 'no page without a rule');
});
