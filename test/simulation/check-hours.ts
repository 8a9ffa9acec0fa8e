import { clockIn, dayIn, minuteIn } from './clock-in';
import { must, mustBeNone, mustBeSame, zoneOfId, type Year } from './record';
import { HOUR, MINUTE, ZONE } from './units';

/** When nothing may leave any more, or not so much at once: looked up in the provider's own list. */
export function checkHours(year: Year): void {
	heldAtNight(year);
	discardedAtNight(year);
	untilSix(year);
	timeToLive(year);
	throttled(year);
}

const isNight = (minute: number) => minute >= 22 * 60 || minute < 8 * 60;

/** Behind a gate that holds nobody is asked for at night; what the provider refused at day may be asked for again. */
function heldAtNight(year: Year): void {
	for (const name of ['Over the change of clocks', 'Anniversary']) {
		const firsts = year.requests(name, 'first').filter(year.isUnchanged);
		mustBeNone(`"${name}" at night`, firsts.filter(({ person, at }) => isNight(minuteIn(zoneOfId(person), at))).map(({ person, at }) => [person, clockIn(zoneOfId(person), at)]));
	}
	// It began in the night of Paris, and so most of these waited for their morning.
	const morning = year.requests('Over the change of clocks', 'first').filter(({ person, at }) => year.isUnchanged({ person }) && minuteIn(zoneOfId(person), at) < 8 * 60 + 5);
	must('Hardly anybody was held until eight', morning.length > 100, morning.length);
}

/** Whoever it was night for when it went out ends with the reason, and nobody else does. */
function discardedAtNight(year: Year): void {
	const at = Date.parse('2026-06-10T21:30:00Z');
	const asleep = year.unchanged.filter((person) => isNight(minuteIn(zoneOfId(person), at)));
	const discarded = year.dropped('Discarding').filter(({ reason }) => reason === 'dnd_discarded');
	mustBeSame('Discarded at night', discarded.filter(year.isUnchanged).map(({ person }) => person), asleep);
	const gone = new Set(discarded.map(({ entry }) => entry));
	mustBeNone('Discarded and sent', year.requests('Discarding').filter(({ entry }) => gone.has(entry)));
	must('Too few were awake', year.requests('Discarding', 'first').length > 50);
}

/** After the cut-off there is no request at all, not even for what was refused before. */
function untilSix(year: Year): void {
	for (const name of ['Until six', 'Until six, then tomorrow']) {
		mustBeNone(`"${name}" after six`, year.requests(name).filter(({ at }) => minuteIn(ZONE, at) >= 18 * 60).map(({ at }) => clockIn(ZONE, at)));
	}
	mustBeNone('Not on the one day', year.requests('Until six').filter(({ at }) => dayIn(ZONE, at) !== '2026-10-20'));
	const ended = [...year.dropped('Until six'), ...year.messages('Until six').filter(({ state }) => state === 'not_sent')].filter(({ reason }) => reason === 'cut_off');
	everybodyElse(year, 'Until six', ended.map(({ person }) => person));
	must('It went on on no other day', new Set(year.requests('Until six, then tomorrow').map(({ at }) => dayIn(ZONE, at))).size > 1);
}

/** Two hours after one began, and at one moment for all of the other, nobody is asked for any more, and whoever had not been has the reason. */
function timeToLive(year: Year): void {
	for (const [name, over] of [['Two hours to live', '2026-08-05T12:00:00Z'], ['Until noon', '2026-11-10T12:00:00Z']] as const) {
		mustBeNone('After their time to live', year.requests(name).filter(({ at }) => at >= Date.parse(over)));
		const expired = [...year.dropped(name), ...year.messages(name)].filter(({ reason }) => reason === 'expired_ttl');
		must('Nobody was too late', expired.length > 100, name, expired.length);
		everybodyElse(year, name, expired.map(({ person }) => person));
	}
}

/** Everybody was asked for, has another reason, or is among those who were too late. */
function everybodyElse(year: Year, name: string, late: readonly string[]): void {
	const asked = year.requests(name).map(({ person }) => person);
	const others = [...year.dropped(name), ...year.messages(name)].filter(({ reason }) => reason !== null && reason !== 'cut_off' && reason !== 'expired_ttl').map(({ person }) => person);
	const seen = new Set([...asked, ...others, ...late]);
	mustBeNone(`"${name}" has forgotten people`, year.unchanged.filter((person) => !seen.has(person)));
}

/** Windows count from the start of a run, which may be before its first request: an execution that was lost is repeated. */
function throttled(year: Year): void {
	const rates = [['Slow', 20, HOUR], ['The 31st', 10, 10 * MINUTE], ['Until six', 50, 15 * MINUTE], ['Until six, then tomorrow', 50, 15 * MINUTE], ['Two hours to live', 50, 30 * MINUTE], ['Until noon', 50, 30 * MINUTE]] as const;
	for (const [name, limit, window] of rates) {
		for (const [run, requests] of Map.groupBy(year.requests(name, 'first'), (request) => request.run)) {
			const start = year.record.startedAt.get(run) as number;
			const windows = Map.groupBy(requests, ({ at }) => Math.floor((at - start) / window));
			for (const [at, those] of windows) must(`"${name}" lets more through than ${limit}`, those.length <= limit, those.length, new Date(start + at * window).toISOString());
		}
	}
}
