import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { networkSettings, useNetworkSettings, type NetworkSettings } from '../../../../engine/channels/http/network-settings';

const FILE = JSON.stringify(require.resolve('../../../../engine/channels/http/network-settings'));

/** What a new thread connects by that was told `given`. */
async function inThread(given?: NetworkSettings): Promise<NetworkSettings> {
	const told = given ? 'useNetworkSettings(workerData);' : '';
	const script = `const { parentPort, workerData } = require('node:worker_threads');
		const { networkSettings, useNetworkSettings } = require(${FILE}); ${told} parentPort.postMessage(networkSettings());`;
	const [settings] = (await once(new Worker(script, { eval: true, workerData: given }), 'message')) as [NetworkSettings];
	return settings;
}

describe('network settings', () => {
	const own = networkSettings();

	afterEach(() => useNetworkSettings(own));

	it('of one thread are taken over by another, which would not have them', async () => {
		const odd = { resultOrder: 'ipv6first', autoSelectFamily: !own.autoSelectFamily, attemptTimeout: 1_234 } as const;
		useNetworkSettings(odd);
		expect(await inThread()).not.toEqual(odd);
		expect(await inThread(networkSettings())).toEqual(odd);
	});
});
