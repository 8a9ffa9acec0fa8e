/** Codes of states and districts of the United States by their names, as Meta wants them: lower case. */
const STATES = new Map(
	(
		'alabama al,alaska ak,arizona az,arkansas ar,california ca,colorado co,connecticut ct,delaware de,districtofcolumbia dc,florida fl,georgia ga,' +
		'hawaii hi,idaho id,illinois il,indiana in,iowa ia,kansas ks,kentucky ky,louisiana la,maine me,maryland md,massachusetts ma,michigan mi,' +
		'minnesota mn,mississippi ms,missouri mo,montana mt,nebraska ne,nevada nv,newhampshire nh,newjersey nj,newmexico nm,newyork ny,' +
		'northcarolina nc,northdakota nd,ohio oh,oklahoma ok,oregon or,pennsylvania pa,rhodeisland ri,southcarolina sc,southdakota sd,tennessee tn,' +
		'texas tx,utah ut,vermont vt,virginia va,washington wa,westvirginia wv,wisconsin wi,wyoming wy,' +
		'americansamoa as,guam gu,northernmarianaislands mp,puertorico pr,virginislands vi'
	)
		.split(',')
		.map((pair) => pair.split(' ') as [string, string]),
);

/** @param name letters only, lower case */
export function codeOfState(name: string): string | undefined {
	return STATES.get(name);
}

let names: Map<string, string> | undefined;

/** The two-letter code, in lower case, that a code or an English name stands for; undefined for anything else. */
export function codeOfCountry(text: string): string | undefined {
	names ??= countryNames();
	const plain = text.trim().toLowerCase();
	return names.get(plain) ?? names.get(plain.replace(/^the /, ''));
}

function countryNames(): Map<string, string> {
	const known = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });
	const found = new Map([['usa', 'us'], ['uk', 'gb'], ['great britain', 'gb']]);
	const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
	for (const code of letters.flatMap((first) => letters.map((second) => first + second))) {
		// Codes that were given up, and groups of countries, have names, too.
		if (new Intl.Locale(`und-${code}`).region !== code || GROUPS.has(code)) continue;
		const name = known.of(code);
		if (name === undefined) continue;
		found.set(code.toLowerCase(), found.get(code.toLowerCase()) ?? code.toLowerCase());
		found.set(name.toLowerCase(), found.get(name.toLowerCase()) ?? code.toLowerCase());
	}
	return found;
}

const GROUPS = new Set(['EU', 'EZ', 'UN', 'QO', 'XA', 'XB', 'ZZ']);
