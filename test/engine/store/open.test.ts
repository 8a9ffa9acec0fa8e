import { mkdtempSync, chmodSync, writeFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { openStore } from '../../../engine/store/open';
import type { StoreOptions } from '../../../engine/store/store';
import { describeStores } from '../../support/stores';

describeStores('opening a store', (fixture) => {
	it('gives the same identity to everybody who opens it, and a place to work at once', async () => {
		const { store, another } = fixture();
		const again = await another();
		expect(again.fingerprint).toBe(store.fingerprint);
		expect(again.secret).toMatch(/^[0-9a-f]{64}$/);
		expect(again.owner).not.toBe(store.owner);
		const node = { workflowId: 'w', nodeId: 'n', name: 'Gate', type: 'gate' };
		const first = await store.call('registerNode', node);
		expect(await again.call('registerNode', { ...node, name: 'Renamed' })).toEqual(first);
	});

	it('migrates once when several open it at the same moment', async () => {
		const { another } = fixture();
		const stores = await Promise.all([another(), another(), another()]);
		expect(new Set(stores.map((store) => store.fingerprint)).size).toBe(1);
	});
});

describe('a store that cannot be opened', () => {
	let folder: string;
	beforeEach(() => {
		folder = mkdtempSync(path.join(tmpdir(), 'campaigns-'));
	});
	afterEach(() => {
		chmodSync(folder, 0o700);
		rmSync(folder, { recursive: true, force: true });
	});

	it('says which path and what to do when it is no folder to write in', async () => {
		writeFileSync(path.join(folder, 'file'), '');
		await expect(openStore({ path: path.join(folder, 'file', 'store.sqlite') })).rejects.toMatchObject({
			code: 'store_unwritable',
			message: expect.stringContaining('file/store.sqlite'),
			hint: expect.stringContaining('N8N_CAMPAIGNS_STORE'),
		});
	});

	it.each([
		['neither a file nor a server is named', {}, 'store_options', /^No campaign store/],
		['the name of the file is empty', { path: '' }, 'store_options', /^No campaign store/],
		['both are named', { path: 'a.sqlite', connectionString: 'postgres://localhost/a' }, 'store_options', /^Two campaign stores/],
		['its zone is none', { path: 'a.sqlite', accountZone: 'Europe/Pari' }, 'unknown_zone', /"Europe\/Pari"/],
	])('says so when %s', async (_what, options, code, message) => {
		await expect(openStore(options as StoreOptions)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
	});

	it('says that PostgreSQL cannot be reached', async () => {
		await expect(openStore({ connectionString: 'postgres://nobody@127.0.0.1:9/none' })).rejects.toMatchObject({
			code: 'store_unreachable',
		});
	});

	it('refuses the store of a newer version, and leaves it alone', async () => {
		const file = path.join(folder, 'store.sqlite');
		await (await openStore({ path: file })).close();
		const { DatabaseSync } = await import('node:sqlite');
		const db = new DatabaseSync(file);
		db.exec("INSERT INTO schema_version (version, name) VALUES (999, 'from the future')");
		db.close();
		await expect(openStore({ path: file })).rejects.toMatchObject({
			code: 'store_newer',
			hint: expect.stringContaining('Update n8n-nodes-campaigns'),
		});
	});
});
