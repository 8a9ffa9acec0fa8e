import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { ThreadClient } from '../../../engine/store/thread-client';

describe('a store thread that ends amid a call', () => {
	let folder: string;
	beforeEach(() => {
		folder = mkdtempSync(path.join(tmpdir(), 'campaigns-'));
	});
	afterEach(() => rmSync(folder, { recursive: true, force: true }));

	test.each([
		['operations', '$open', /which of the two is not known.*message ID/],
		['questions', 'eventNames', /Nothing was changed/],
	] as const)('of %s: it says what may have become of the call', async (role, name, hint) => {
		const client = new ThreadClient(`${role}-thread`, { role, owner: 'test', accountZone: 'UTC', path: path.join(folder, 'store.sqlite') });
		const call = client.call(name, undefined, 0);
		const [outcome] = await Promise.allSettled([call, client.close()]);
		expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'store_thread', hint: expect.stringMatching(hint) as string } });
	});
});
