import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { IExecuteFunctions } from 'n8n-workflow';

import type { Store } from '../../engine/store/store';
import { getStore } from '../../nodes/shared/store';

/**
 * Gives every test of the surrounding describe() an embedded store of its own, which nodes find as theirs.
 * Returns a function that returns the current test's store.
 * @param clockOffsetMs how far the store's clock is ahead of the system's; a function is asked before each test
 */
export function useNodeStore(clockOffsetMs: number | (() => number) = 0): () => Store {
	let folder: string;
	let store: Store;
	beforeEach(async () => {
		folder = mkdtempSync(path.join(tmpdir(), 'campaigns-'));
		process.env.N8N_CAMPAIGNS_STORE = path.join(folder, 'store.sqlite');
		process.env.N8N_CAMPAIGNS_CLOCK_OFFSET = String(typeof clockOffsetMs === 'number' ? clockOffsetMs : clockOffsetMs());
		const context = { getInputData: () => [], getNodeParameter: () => 'embedded' };
		store = await getStore(context as unknown as IExecuteFunctions);
	});
	afterEach(async () => {
		await store.close();
		rmSync(folder, { recursive: true, force: true });
	});
	afterAll(() => {
		delete process.env.N8N_CAMPAIGNS_STORE;
		delete process.env.N8N_CAMPAIGNS_CLOCK_OFFSET;
	});
	return () => store;
}
