// How fast messages are rendered, against a function of plain JavaScript that writes the same.
import { createRequire } from 'node:module';
import { digits, heading, judge, median } from '../lib/figures.mjs';
import { personOf } from '../delivery/people.mjs';

const require = createRequire(import.meta.url);
const { compile } = require('../../dist/engine/personalization/liquid.js');

/** Five variables and a condition. */
const TEMPLATE = 'Hi {{ Profile.name }}, the {{ Event.product }} you looked at in {{ Profile.city }} is {{ Event.price }} {{ Event.currency }} today.{% if Profile.plan == "pro" %} Delivery is on us.{% endif %}';
const plain = ({ profile, event }) => `Hi ${profile.name}, the ${event.product} you looked at in ${profile.city} is ${event.price} ${event.currency} today.${profile.plan === 'pro' ? ' Delivery is on us.' : ''}`;

const MESSAGES = 100_000;
const ROUNDS = 3;
const TARGET = 50_000;

export function timeRendering() {
	heading(`Messages rendered per second of one core, five variables and one condition (median of ${ROUNDS})`);
	const inputs = Array.from({ length: 1_000 }, (_, index) => ({ profile: personOf(index).properties, event: { product: `Shoe ${index}`, price: index / 4, currency: 'EUR', name: 'Viewed' }, now: 1_750_000_000_000 }));
	const template = compile(TEMPLATE);
	for (const input of inputs) {
		const { text } = template.render(input);
		if (text !== plain(input)) throw new Error(`The template says "${text}", the function "${plain(input)}"`);
	}
	const ours = rate((input) => template.render(input).text, inputs);
	const theirs = rate(plain, inputs);
	console.log(`Liquid ${digits(ours)}/s; a function of plain JavaScript ${digits(theirs)}/s, ${digits(theirs / ours)} times as many`);
	judge('messages rendered per second of one core', ours, TARGET, 'least');
}

function rate(write, inputs) {
	let length = 0;
	const rounds = Array.from({ length: ROUNDS }, () => {
		const started = process.threadCpuUsage();
		for (let index = 0; index < MESSAGES; index++) length += write(inputs[index % inputs.length]).length;
		const { user, system } = process.threadCpuUsage(started);
		return MESSAGES / ((user + system) / 1_000_000);
	});
	if (length === 0) throw new Error('Nothing was written');
	return median(rounds);
}
