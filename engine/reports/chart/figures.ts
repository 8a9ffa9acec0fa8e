/** A number of people, with thousands apart. */
export function count(people: number): string {
	return people.toLocaleString('en');
}

/** The share of `people` in `total`, as a percentage; a few of many are never shown as none. */
export function share(people: number, total: number): string {
	const percent = total === 0 ? 0 : (people / total) * 100;
	return percent > 0 && percent < 0.05 ? '<0.1 %' : `${percent.toFixed(1)} %`;
}
