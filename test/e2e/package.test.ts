import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { N8n } from '../../scripts/lib/n8n.mjs';
import { npm } from '../../scripts/lib/npm.mjs';
import { ROOT } from '../../scripts/lib/paths.mjs';
import { ensureNode24 } from '../../scripts/node24.mjs';

/*
 * The package installed as n8n's "Community nodes" page does it: packed, unpacked, development, peer and optional
 * dependencies taken out, the rest installed inside it without running anybody's scripts.
 */

jest.setTimeout(300_000);

const INSTALL = ['install', '--audit=false', '--fund=false', '--bin-links=false', '--install-strategy=shallow', '--ignore-scripts=true', '--package-lock=false'];

interface Manifest {
	name: string;
	version: string;
	n8n: { nodes: string[]; credentials: string[] };
	dependencies: Record<string, string>;
	devDependencies?: object;
	peerDependencies?: object;
	optionalDependencies?: object;
}

interface Listed {
	name: string;
	displayName: string;
	description: string;
	iconUrl?: string | { light: string; dark: string };
	codex?: { categories?: string[] };
}

describe('the package as n8n installs it', () => {
	const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;
	let folder: string;
	let target: string;
	let n8n: N8n | undefined;

	beforeAll(async () => {
		folder = mkdtempSync(join(tmpdir(), 'campaigns-package-'));
		const userFolder = join(folder, 'n8n');
		target = join(userFolder, '.n8n', 'nodes', 'node_modules', manifest.name);
		await install();
		n8n = await N8n.start({ userFolder });
		await n8n.api.signIn({ email: 'owner@example.com', password: 'Campaigns1' });
	});
	afterAll(async () => {
		await n8n?.kill('SIGKILL');
		if (folder) rmSync(folder, { recursive: true, force: true });
	});

	test('holds what n8n needs, and nothing of the workshop', () => {
		for (const file of [...manifest.n8n.nodes, ...manifest.n8n.credentials, 'workflows/abandoned-cart.json', 'dist/engine/index.js']) {
			expect([file, existsSync(join(target, file))]).toEqual([file, true]);
		}
		for (const file of ['test', 'scripts', 'bench', 'engine', 'dist/test', '.runtime']) {
			expect([file, existsSync(join(target, file))]).toEqual([file, false]);
		}
		for (const name of Object.keys(manifest.dependencies)) expect([name, existsSync(join(target, 'node_modules', name))]).toEqual([name, true]);
	});

	test('loads every node, named and described', async () => {
		const nodes = await listed('nodes');
		const wanted = manifest.n8n.nodes.map((file) => {
			const name = file.split('/').at(-2) ?? '';
			return `${manifest.name}.${name[0]?.toLowerCase()}${name.slice(1)}`;
		});
		expect(nodes.map(({ name }) => name).sort()).toEqual(wanted.sort());
		for (const { name, displayName, description, codex } of nodes) {
			expect([name, displayName, description]).toEqual([name, expect.stringMatching(/^[A-Z]/), expect.stringMatching(/^\S.{15,}/)]);
			expect([name, codex?.categories]).toEqual([name, expect.arrayContaining(['Marketing'])]);
		}
	});

	test('loads every credential type', async () => {
		const names = (await listed('credentials')).map(({ name }) => name);
		const wanted = manifest.n8n.credentials.map((file) => {
			const name = /(\w+)\.credentials\.js$/.exec(file)?.[1] ?? '';
			return `${name[0]?.toLowerCase()}${name.slice(1)}`;
		});
		expect(names.sort()).toEqual(wanted.sort());
	});

	test.each(['nodes', 'credentials'] as const)('serves the icons of all %s, light and dark', async (kind) => {
		const types = await listed(kind);
		const urls = types.flatMap(({ name, iconUrl }) => {
			expect([name, iconUrl]).toEqual([name, { light: expect.any(String), dark: expect.any(String) }]);
			return Object.values(iconUrl as { light: string; dark: string });
		});
		for (const url of urls) {
			const answer = await fetch(`${n8n?.baseUrl}/${url}`);
			expect([url, answer.status, answer.headers.get('content-type')]).toEqual([url, 200, expect.stringContaining('image/svg+xml')]);
			expect(await answer.text()).toContain('<svg');
		}
	});

	/** The steps of n8n's own installer, with the packed checkout in place of the registry's package. */
	async function install(): Promise<void> {
		const run = promisify(execFile);
		await npm(['pack', '--quiet', '--ignore-scripts', '--pack-destination', folder], { cwd: ROOT });
		mkdirSync(target, { recursive: true });
		await run('tar', ['-xzf', join(folder, `${manifest.name}-${manifest.version}.tgz`), '-C', target, '--strip-components=1']);
		const file = join(target, 'package.json');
		const { devDependencies: _dev, peerDependencies: _peer, optionalDependencies: _optional, ...rest } = JSON.parse(readFileSync(file, 'utf8')) as Manifest;
		writeFileSync(file, JSON.stringify(rest, null, 2));
		await npm(INSTALL, { cwd: target, nodeBin: await ensureNode24() });
	}

	async function listed(kind: 'nodes' | 'credentials'): Promise<Listed[]> {
		const all = (await n8n?.api.request('GET', `/types/${kind}.json`)) as Listed[];
		const prefix = kind === 'nodes' ? `${manifest.name}.` : 'campaigns';
		return all.filter(({ name }) => name.startsWith(prefix));
	}
});
