import { readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.join(__dirname, '..', '..');
const { n8n } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { n8n: { nodes: string[] } };
const sources = n8n.nodes.map((file) => file.replace(/^dist\/(.*)\.js$/, '$1.json'));

interface Codex {
	node: string;
	categories: string[];
	alias: string[];
}

test.each(sources)('%s: the palette finds the node by "campaign"', (file) => {
	const codex = JSON.parse(readFileSync(path.join(ROOT, file), 'utf8')) as Codex;
	expect(codex.node.toLowerCase()).toBe(`n8n-nodes-campaigns.${path.basename(file, '.node.json')}`.toLowerCase());
	expect(codex.alias).toContain('campaign');
	expect(codex.categories.length).toBeGreaterThan(0);
});
