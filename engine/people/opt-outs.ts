import type { Channel } from './records';
import { isNewer } from './stated-times';

/**
 * What takes somebody off a channel, where no profile does. `bounce`: their address takes nothing any more; `link`: one of our own;
 * `report`: a provider's, of what they have said; `text`: a text from their number, of which no message is known.
 */
export type OptOutBy = 'bounce' | 'link' | 'report' | 'text';

/** Those that are remembered: what a bounce did ends with the address, what a text did by another text. */
const REMEMBERED = ['bounce', 'text'] as const satisfies OptOutBy[];

type Remembered = (typeof REMEMBERED)[number];

const FIELD = 'optedOut.';

const NO_TIMES: ReadonlySet<number> = new Set();

/** The channels that one person is off, or was. */
export class OptOuts {
	/** @param times when fields were stated: of these `optedOut.<channel>`, and beside it `bounce.<channel>` or `text.<channel>` with the same time */
	constructor(
		private readonly channels: Map<Channel, boolean>,
		private readonly times: Map<string, number>,
	) {}

	/** @param other it is that of a person who turned out to be this one. @returns whether it holds */
	state(channel: Channel, out: boolean, time: number, other = false): boolean {
		if (!isNewer(time, this.timeOf(channel), other)) return false;
		this.channels.set(channel, out);
		this.times.set(FIELD + channel, time);
		for (const by of REMEMBERED) this.times.delete(markOf(by, channel));
		return true;
	}

	/**
	 * Takes somebody off a channel, unless they said otherwise since. Whoever is off it already is so by a later bounce or link from that
	 * time on: what took them off before may be taken back, and this may not.
	 * @param outlasts times at which they came back, and which do not matter
	 * @returns whether they were on it, and whether anything is to be written
	 */
	optOut(channel: Channel, time: number, by: OptOutBy, outlasts = NO_TIMES): { isNew: boolean; changed: boolean } {
		if (this.channels.get(channel) === true) return { isNew: false, changed: this.confirm(channel, time, by) };
		const known = this.timeOf(channel);
		const at = known !== undefined && outlasts.has(known) ? Math.max(time, known) : time;
		const isOut = this.state(channel, true, at);
		if (isOut) this.remember(by, channel, at);
		return { isNew: isOut, changed: isOut };
	}

	/** Takes back what was stated at one of these moments, or by a text. @returns whether they are on the channel now, and were not */
	takeBack(channel: Channel, statedAt: ReadonlySet<number>, time: number): boolean {
		const known = this.timeOf(channel);
		if (this.channels.get(channel) !== true || known === undefined || !(statedAt.has(known) || this.isBy('text', channel))) return false;
		return this.state(channel, false, time);
	}

	/** The person has another address for this channel: a bounce was of the one before. */
	readdress(channel: Channel): void {
		if (this.isBy('bounce', channel)) this.state(channel, false, this.timeOf(channel) as number);
	}

	/** Takes over the newer statements of somebody who turned out to be this person. @param hasSame whether both have the same address for a channel */
	absorb(other: OptOuts, hasSame: (channel: Channel) => boolean): void {
		for (const [name, time] of other.times) {
			if (!name.startsWith(FIELD)) continue;
			const channel = name.slice(FIELD.length) as Channel;
			const [isOut, isByBounce] = [other.channels.get(channel) === true, other.isBy('bounce', channel)];
			if (isByBounce && !hasSame(channel)) continue;
			const wasOut = this.channels.get(channel) === true && !this.isBy('bounce', channel);
			if (!this.state(channel, isOut, time, true)) {
				if (isOut && !isByBounce) this.times.delete(markOf('bounce', channel));
			} else if (isByBounce ? !wasOut : other.isBy('text', channel)) this.remember(isByBounce ? 'bounce' : 'text', channel, time);
		}
	}

	/** Somebody who is off a channel is told so once more. */
	private confirm(channel: Channel, time: number, by: OptOutBy): boolean {
		const wasByBounce = this.isBy('bounce', channel);
		if ((by === 'bounce' || by === 'link') && time > (this.timeOf(channel) ?? -Infinity)) {
			this.state(channel, true, time);
			if (by === 'bounce' && wasByBounce) this.remember(by, channel, time);
			return true;
		}
		// They have said so themselves, too: another address does not change that.
		return by !== 'bounce' && wasByBounce && this.times.delete(markOf('bounce', channel));
	}

	private isBy(by: Remembered, channel: Channel): boolean {
		const time = this.timeOf(channel);
		return this.channels.get(channel) === true && time !== undefined && this.times.get(markOf(by, channel)) === time;
	}

	private remember(by: OptOutBy, channel: Channel, time: number): void {
		if (by === 'bounce' || by === 'text') this.times.set(markOf(by, channel), time);
	}

	private timeOf(channel: Channel): number | undefined {
		return this.times.get(FIELD + channel);
	}
}

function markOf(by: Remembered, channel: Channel): string {
	return `${by}.${channel}`;
}
