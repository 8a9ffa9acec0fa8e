import { OptOuts, type OptOutBy } from '../../../engine/people/opt-outs';
import type { Channel } from '../../../engine/people/records';

type Said = [by: OptOutBy, time: number] | ['out' | 'in', number];

/** Somebody of whom this was said, in this order. */
function person(...said: Said[]) {
	const channels = new Map<Channel, boolean>();
	const optOuts = new OptOuts(channels, new Map());
	for (const [what, time] of said) {
		if (what === 'out' || what === 'in') optOuts.state('email', what === 'out', time);
		else optOuts.optOut('email', time, what);
	}
	return { optOuts, isOut: () => channels.get('email') ?? false };
}

describe('opt-outs', () => {
	it.each<[Said[], boolean]>([
		[[['bounce', 10]], false],
		[[['bounce', 10], ['bounce', 20]], false],
		[[['bounce', 20], ['bounce', 10]], false],
		[[['out', 5], ['bounce', 10]], true],
		[[['report', 5], ['bounce', 10]], true],
		[[['bounce', 10], ['report', 5]], true],
		[[['bounce', 10], ['report', 20]], true],
		[[['bounce', 10], ['text', 20]], true],
		[[['bounce', 10], ['link', 20]], true],
		[[['bounce', 10], ['out', 20]], true],
		[[['bounce', 10], ['in', 20], ['report', 30]], true],
		[[['bounce', 10], ['in', 20], ['bounce', 30]], false],
		[[['text', 10]], true],
		[[], false],
	])('another address after %j', (said, expected) => {
		const { optOuts, isOut } = person(...said);
		optOuts.readdress('email');
		expect(isOut()).toBe(expected);
	});

	it.each<[Said[], Said[], boolean, boolean, boolean]>([
		// ours, theirs, the same address: out after the merge, and with another address then
		[[], [['bounce', 10]], true, true, false],
		[[], [['bounce', 10]], false, false, false],
		[[['bounce', 10]], [], false, true, false],
		[[['out', 5]], [['bounce', 10]], true, true, true],
		[[['out', 5]], [['bounce', 10]], false, true, true],
		[[['bounce', 10]], [['out', 5]], true, true, true],
		[[['bounce', 10]], [['report', 20]], true, true, true],
		[[['bounce', 10]], [['bounce', 20]], true, true, false],
		[[['bounce', 10]], [['in', 20]], true, false, false],
		[[['bounce', 10]], [['in', 5]], true, true, false],
		[[['in', 20]], [['bounce', 10]], true, false, false],
	])('%j and %j become one, of one address: %s', (ours, theirs, hasSame, merged, readdressed) => {
		const { optOuts, isOut } = person(...ours);
		optOuts.absorb(person(...theirs).optOuts, () => hasSame);
		expect(isOut()).toBe(merged);
		optOuts.readdress('email');
		expect(isOut()).toBe(readdressed);
	});

	it.each<[Said[], boolean]>([[[['text', 10]], false], [[['report', 10]], true], [[['text', 10], ['link', 20]], true], [[['text', 10], ['out', 20]], true], [[['out', 5], ['text', 10]], true]])('a text takes back what a text has said: %j', (said, expected) => {
		for (const { optOuts, isOut } of [person(...said), merged(said)]) {
			optOuts.takeBack('email', new Set(), 30);
			expect(isOut()).toBe(expected);
		}
	});

	const merged = (said: Said[]) => {
		const survivor = person();
		survivor.optOuts.absorb(person(...said).optOuts, () => true);
		return survivor;
	};
});
