// The right answers, by loops over all events as typed arrays in the order of arrival: what a machine can do without any structure.
import { CATEGORIES, CITIES, DAY, NAMES, NOW, profileOf, SUBSCRIPTIONS } from '../data.mjs';

const [APP, CART, CHARGED] = ['App Launched', 'Added to Cart', 'Charged'].map((name) => NAMES.indexOf(name));

export function openTypedArrays(people, events) {
	const { person, name, ts, category, amount, count } = events;
	const [city, age, subscription] = [new Uint8Array(people), new Uint8Array(people), new Uint8Array(people)];
	for (let index = 0; index < people; index++) {
		const profile = profileOf(index);
		[city[index], age[index], subscription[index]] = [profile.city, profile.age, profile.subscription];
	}
	const [counts, flags, sums, days] = [new Uint16Array(people), new Uint8Array(people), new Float64Array(people), new Uint32Array(people)];
	const [t7, t14, t30] = [7, 14, 30].map((each) => NOW - each * DAY);
	const [shoes, sanFrancisco] = [CATEGORIES.indexOf('shoes'), CITIES.indexOf('San Francisco')];
	const active = SUBSCRIPTIONS.map((each) => each.includes('ACTIVE'));
	/** Numbers as in the store, from 1. */
	const select = (test) => {
		const found = new Uint32Array(people);
		let length = 0;
		for (let index = 0; index < people; index++) if (test(index)) found[length++] = index + 1;
		return found.slice(0, length);
	};
	const plans = {
		Q1() {
			counts.fill(0);
			flags.fill(0);
			for (let index = 0; index < count; index++) {
				if (name[index] === CART) {
					if (category[index] === shoes && ts[index] >= t14) counts[person[index]]++;
				} else if (name[index] === CHARGED && ts[index] >= t7) flags[person[index]] = 1;
			}
			return select((index) => counts[index] >= 2 && !flags[index]);
		},
		Q2() {
			sums.fill(0);
			flags.fill(0);
			for (let index = 0; index < count; index++) {
				if (ts[index] < t30) continue;
				if (name[index] === CART) sums[person[index]] += amount[index];
				else if (name[index] === CHARGED) flags[person[index]] = 1;
			}
			return select((index) => city[index] === sanFrancisco && sums[index] > 200 && !flags[index]);
		},
		Q3: () => select((index) => active[subscription[index]] && age[index] >= 25 && age[index] <= 40),
		Q4() {
			counts.fill(0);
			flags.fill(0);
			for (let index = 0; index < count; index++) {
				if (name[index] !== CHARGED) continue;
				if (ts[index] < t7) flags[person[index]] = 1;
				else counts[person[index]] = 1;
			}
			return select((index) => counts[index] > 0 && !flags[index]);
		},
		Q5() {
			days.fill(0);
			for (let index = 0; index < count; index++) if (ts[index] >= t14) days[person[index]] |= 1 << ((ts[index] - t14) / DAY);
			return select((index) => {
				let different = 0;
				for (let bits = days[index]; bits !== 0; bits &= bits - 1) different++;
				return different >= 5;
			});
		},
		Q6() {
			flags.fill(0);
			for (let index = 0; index < count; index++) if (name[index] === APP && ts[index] >= t30) flags[person[index]] = 1;
			return select((index) => !flags[index]);
		},
	};
	return { name: 'typed arrays', ask: (key) => plans[key](), close() {} };
}
