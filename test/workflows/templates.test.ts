import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import type { INodeType } from 'n8n-workflow';

import { publish, type TestWorkflow } from '../support/n8n-core';
import { useNodeStore } from '../support/node-store';

const ROOT = path.resolve(__dirname, '../..');
const FOLDER = path.join(ROOT, 'workflows');
const OWN = 'n8n-nodes-campaigns.';

/** Nodes of n8n's own that templates use, in versions that n8n 2.41 knows. */
const BASE: Record<string, number[]> = { executeWorkflow: [1.2], executeWorkflowTrigger: [1.1], merge: [3.2], noOp: [1], set: [3.4], stickyNote: [1], switch: [3.2] };

type NodeClass = new () => INodeType;

/** Classes of this pack's nodes, by their type. */
function ownNodes(): Map<string, NodeClass> {
	const { n8n } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { n8n: { nodes: string[] } };
	return new Map(n8n.nodes.map((file) => {
		const name = path.basename(file, '.node.js');
		const NodeType = (require(path.join(ROOT, 'nodes', name, `${name}.node.ts`)) as Record<string, NodeClass>)[name] as NodeClass;
		return [`${OWN}${new NodeType().description.name}`, NodeType];
	}));
}

const files = readdirSync(FOLDER).filter((file) => file.endsWith('.json'));
const read = (file: string) => JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8')) as TestWorkflow & { name: string };
const nodeTypes = ownNodes();

describe.each(files)('%s', (file) => {
	useNodeStore();
	const workflow = read(file);

	test('is of nodes and parameters that exist', () => {
		for (const { name, type, typeVersion = 0, parameters = {} } of workflow.nodes) {
			if (!type.startsWith(OWN)) {
				expect([name, BASE[type.replace('n8n-nodes-base.', '')]]).toEqual([name, expect.arrayContaining([typeVersion])]);
				continue;
			}
			const NodeType = nodeTypes.get(type);
			if (!NodeType) throw new Error(`${name}: no node ${type}`);
			const { properties, version } = new NodeType().description;
			const known = new Map(properties.map((property) => [property.name, property]));
			expect([version].flat()).toContain(typeVersion);
			expect([name, Object.keys(parameters).filter((parameter) => !known.has(parameter))]).toEqual([name, []]);
			for (const collection of ['options', 'who']) {
				const entries = known.get(collection)?.options?.map((option) => option.name) ?? [];
				expect([name, Object.keys((parameters[collection] ?? {}) as object).filter((entry) => !entries.includes(entry))]).toEqual([name, []]);
			}
		}
	});

	test('has nodes of different names and ids, and connections between them', () => {
		const names = workflow.nodes.map(({ name }) => name);
		expect(new Set(names).size).toBe(names.length);
		expect(new Set(workflow.nodes.map(({ id }) => id)).size).toBe(names.length);
		for (const [from, byType] of Object.entries(workflow.connections)) {
			expect(names).toContain(from);
			for (const target of Object.values(byType).flat(2)) expect(names).toContain(target?.node);
		}
	});

	test('carries no credential and sends no test', () => {
		for (const { credentials, parameters } of workflow.nodes) {
			expect(credentials).toBeUndefined();
			expect(parameters?.sendTest).toBeUndefined();
		}
	});

	test('can be published', async () => {
		const nodes = workflow.nodes.filter(({ type }) => !type.endsWith('.stickyNote'));
		const live = await publish({ workflow: { ...workflow, nodes }, nodes: [...nodeTypes.values()], credentials: { campaignsWebhookApi: {} } });
		await live.close();
	});

	test('is described in the README', () => expect(readFileSync(path.join(FOLDER, 'README.md'), 'utf8')).toContain(`## ${file}`));
});
