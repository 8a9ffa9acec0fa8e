import { CampaignError } from '../../engine/errors';
import type { Channel, Device } from '../../engine/people/records';
import { readJson } from './read-json';
import { MAX_TESTS } from './test-parameters';

/** An APNs token: hexadecimal, usually 64 digits; its length is not fixed. */
const APNS_TOKEN = /^[0-9a-f]{64,200}$/i;

/** A token without blanks and long enough not to be a slip of the keyboard. */
const FCM_TOKEN = /^\S{8,}$/;

/** The addresses that a test goes to, each once, as they were typed. Throws a CampaignError for none, and for too many. */
export function testAddresses(channel: Channel, typed: string): string[] {
	const addresses = [...new Set(split(channel, typed.trim()))];
	if (addresses.length === 0) throw new CampaignError('no_test_address', 'The test has no address to go to', 'Fill in "Test To", or switch "Send Test" off.');
	if (addresses.length > MAX_TESTS) throw new CampaignError('too_many_tests', `The test has ${addresses.length} addresses, ${MAX_TESTS} are possible`, 'Take some out of "Test To". To send to many, publish a campaign.');
	return addresses;
}

function split(channel: Channel, typed: string): string[] {
	if (channel === 'push' && /^[[{]/.test(typed)) return subscriptions(typed);
	return typed.split(channel === 'webhook' ? /\s+/ : /[,;\n]/).map((one) => one.trim()).filter(Boolean);
}

/** A browser's PushSubscription as JSON, or a list of them. */
function subscriptions(typed: string): string[] {
	const read = readJson(typed);
	if (!read.ok) throw new CampaignError('test_subscription', `The subscription to test is not JSON: ${read.why}`, 'Paste what JSON.stringify(subscription) gives in the browser.');
	return [read.value].flat().map((one) => JSON.stringify(one));
}

/** The device that a test address of push stands for; undefined when it is none. */
export function testDevice(address: string): Device | undefined {
	if (!address.startsWith('{')) {
		if (APNS_TOKEN.test(address)) return { kind: 'apns', token: address };
		return FCM_TOKEN.test(address) ? { kind: 'fcm', token: address } : undefined;
	}
	const { endpoint, keys } = JSON.parse(address) as { endpoint?: unknown; keys?: { p256dh?: unknown; auth?: unknown } };
	const whole = typeof endpoint === 'string' && typeof keys?.p256dh === 'string' && typeof keys.auth === 'string';
	return whole ? { kind: 'webpush', token: endpoint, keys: { p256dh: String(keys.p256dh), auth: String(keys.auth) } } : undefined;
}
