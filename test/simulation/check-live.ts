import { dayIn, instantIn } from './clock-in';
import { must, mustBeNone, mustBeSame, numberOfId, zoneOfId, type Recorded, type Year } from './record';
import { joinedOf } from './people';
import { DAY, HOUR, MINUTE } from './units';

/** A live campaign takes nobody late by more than a lost process takes. */
const SOON = 5 * MINUTE;

/** Every live campaign against a plain pass over the events of each person whom nothing befell. */
export function checkLive(year: Year): void {
	cartAnHourLater(year);
	cartAndNoPurchase(year);
	anniversaries(year);
}

interface Awaited {
	person: string;
	/** When the event happened. */
	ts: number;
	/** When all is known and the time has come. */
	dueAt: number;
}

const CART = 'Added to Cart';

function cartAnHourLater(year: Year): void {
	const expected = people(year).flatMap(({ person, carts }) => spaced(carts, 10 * DAY).map(({ ts, arrivedAt }): Awaited => ({ person, ts, dueAt: Math.max(ts + HOUR, arrivedAt) })));
	agrees(year, 'Cart, an hour later', expected);
}

function cartAndNoPurchase(year: Year): void {
	const expected = people(year).flatMap(({ person, carts, purchases }) =>
		spaced(carts, 2 * HOUR)
			.filter(({ ts }) => !purchases.some((purchase) => purchase.ts >= ts && purchase.ts <= ts + 2 * HOUR))
			.map(({ ts, arrivedAt }): Awaited => ({ person, ts, dueAt: Math.max(ts + 2 * HOUR, arrivedAt) })),
	);
	agrees(year, 'Cart and no purchase', expected);
	const bought = people(year).flatMap(({ person, carts, purchases }) => spaced(carts, 2 * HOUR).filter(({ ts }) => purchases.some((purchase) => purchase.ts >= ts && purchase.ts <= ts + 2 * HOUR)).map(({ ts }) => `${person} ${ts}`));
	const ended = year.dropped('Cart and no purchase').filter(({ reason, person }) => reason === 'event_happened' && isSimple(year, person));
	mustBeSame('Ended by a purchase', ended.map(({ person, eventAt }) => `${person} ${eventAt}`), bought);
}

/** The same people for the same events, no more and no fewer; and the provider was asked when they were due. */
function agrees(year: Year, name: string, expected: readonly Awaited[]): void {
	must(`Too few for "${name}"`, expected.length > 100, expected.length);
	const over = year.record.end - DAY;
	const recorded = year.messages(name).filter(({ person, eventAt }) => isSimple(year, person) && (eventAt ?? 0) < over);
	const key = ({ person, ts }: Awaited) => `${person} ${ts}`;
	mustBeSame(`Whom "${name}" is for`, recorded.map(({ person, eventAt }) => `${person} ${eventAt}`), expected.filter(({ ts }) => ts < over).map(key));
	const dueAt = new Map(expected.map((one) => [key(one), one.dueAt]));
	const byEntry = new Map(recorded.map((message) => [message.entry, message]));
	mustBeNone(`"${name}" came too early or late`, year.requests(name, 'first').flatMap(({ entry, at }) => {
		const { person, eventAt } = byEntry.get(entry) ?? ({} as Partial<Recorded>);
		const due = person === undefined ? at : (dueAt.get(`${person} ${eventAt}`) ?? 0);
		return at >= due && at < due + SOON ? [] : [{ person, due, at }];
	}));
}

/** Every person's day comes once in the year, at ten by their own clocks. */
function anniversaries(year: Year): void {
	const name = 'Anniversary';
	const dueIn = (calendarYear: number, person: string) => instantIn(zoneOfId(person), `${calendarYear}-${joinedOf(numberOfId(person)).slice(5)}`, 10 * 60);
	// New Year comes at other times elsewhere.
	const due = new Map(year.unchanged.map((person) => [person, [2026, 2027].map((calendarYear) => dueIn(calendarYear, person))]));
	const inside = [...due].filter(([, days]) => days.some((at) => at > year.record.start && at < year.record.end - MINUTE)).map(([person]) => person);
	const messages = year.messages(name).filter(year.isUnchanged);
	mustBeSame('Whose day came', messages.map(({ person }) => person), inside);
	must('Somebody had two days in a year', new Set(messages.map(({ person }) => person)).size === messages.length);
	mustBeNone('Not on their day at ten', year.requests(name, 'first').filter(year.isUnchanged).flatMap(({ person, at }) => {
		return due.get(person)?.some((day) => at >= day && at < day + SOON) ? [] : [{ person, at: dayIn(zoneOfId(person), at) }];
	}));
}

interface Happened {
	ts: number;
	arrivedAt: number;
}

/** What each person did whom nothing befell, and who did not come twice within hours, where the order of arrival would matter. */
function people(year: Year): Array<{ person: string; carts: Happened[]; purchases: Happened[] }> {
	const byPerson = Map.groupBy(year.record.events, ({ user }) => user);
	return year.unchanged.filter((person) => isSimple(year, person)).map((person) => {
		const own = (byPerson.get(person) ?? []).toSorted((a, b) => a.ts - b.ts);
		return { person, carts: own.filter((event) => event.name === CART), purchases: own.filter((event) => event.name === 'Charged') };
	});
}

function isSimple(year: Year, person: string): boolean {
	if (!year.isUnchanged({ person })) return false;
	const visits = year.record.events.filter(({ user, name }) => user === person && name === 'Viewed').map(({ ts }) => ts).sort((a, b) => a - b);
	return visits.every((ts, index) => index === 0 || ts - (visits[index - 1] as number) > 4 * HOUR);
}

/** The first of these, and each that comes at least `gap` after the last one taken. */
function spaced(events: readonly Happened[], gap: number): Happened[] {
	const taken: Happened[] = [];
	for (const event of events) if (taken.length === 0 || event.ts - (taken.at(-1) as Happened).ts >= gap) taken.push(event);
	return taken;
}
