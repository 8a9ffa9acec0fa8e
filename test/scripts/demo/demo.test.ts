import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { load } from './load';

test('a demo goes on at its port, unless somebody else serves there by now', async () => {
	const { Demo } = await load('demo');
	const folder = mkdtempSync(path.join(tmpdir(), 'demo-'));
	const other = createServer();
	await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
	const { port } = other.address() as AddressInfo;
	const resumedAt = async () => {
		const demo = new Demo(folder, { n8nPort: 1 });
		expect(await demo.resume()).toBe(true);
		return demo.state?.n8nPort;
	};
	try {
		writeFileSync(path.join(folder, 'state.json'), JSON.stringify({ n8nPort: port }));
		expect(await resumedAt()).toBe(1);
		await new Promise((resolve) => other.close(resolve));
		expect(await resumedAt()).toBe(port);
	} finally {
		other.close();
		rmSync(folder, { recursive: true });
	}
});
