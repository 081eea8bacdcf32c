/** Writes what is made from other files: the rules' pages, the configuration's page and schema. Run by `npm run generate`. */

import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { rules } from '../src/rules/index.ts';
import { renderRulePage } from '../src/rules/rule-page.ts';
import { generateConfigurationDocs } from './generate/configuration-docs.ts';

const folder = new URL('../docs/rules/', import.meta.url);
mkdirSync(folder, { recursive: true });
for (const page of readdirSync(folder)) rmSync(new URL(page, folder));
for (const rule of rules) writeFileSync(new URL(`${rule.id}.md`, folder), renderRulePage(rule));
generateConfigurationDocs();
