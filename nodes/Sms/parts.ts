import type { IDataObject } from 'n8n-workflow';

import type { SmsMessage } from '../../engine/channels/provider';
import { notGsm7, smsParts } from '../../engine/channels/sms/gsm7';

/** What one part costs, as the operator has said it. */
export interface SmsPrice {
	perPart: number;
	/** As it is to be shown, such as USD; may be empty. */
	currency: string;
}

/** Most characters that a preview names as the cause of UCS-2. */
const MOST_NAMED = 10;

/** Smaller amounts than a ten-thousandth are sums of fractions that cannot be paid. */
const DECIMALS = 4;

/** Reads the price from the node's options; undefined where there is none. It only is shown: one that is no price keeps nobody from being sent to. */
export function readPrice({ pricePerPart, currency = '' }: { pricePerPart?: number; currency?: string }): SmsPrice | undefined {
	if (typeof pricePerPart !== 'number' || !Number.isFinite(pricePerPart) || pricePerPart < 0) return undefined;
	return { perPart: pricePerPart, currency: String(currency).trim() };
}

/** For a run by hand: the message, in how many parts it goes over the air, and what they cost. */
export function showSms(message: SmsMessage, price: SmsPrice | undefined): IDataObject {
	const { to, body, templateVariables, keyValues, headerPairs, globalPairs } = message;
	const { parts, encoding, left } = smsParts(body);
	const unicode = notGsm7(body);
	return {
		to,
		body,
		parts,
		encoding,
		charactersLeft: left,
		...(unicode.length > 0 && { unicodeBecauseOf: unicode.slice(0, MOST_NAMED) }),
		...(price && { cost: round(parts * price.perPart), ...(price.currency && { currency: price.currency }) }),
		...(templateVariables && { templateVariables }),
		...(keyValues && { keyValues }),
		...(headerPairs && { headerPairs }),
		...(globalPairs && { globalPairs }),
	};
}

/** What the messages of a run by hand come to: the sum, and the highest of them. */
export function partsHint(messages: readonly SmsMessage[], price: SmsPrice | undefined): string[] {
	if (messages.length === 0) return [];
	const counted = messages.map(({ body }) => smsParts(body));
	const sum = counted.reduce((total, { parts }) => total + parts, 0);
	const most = Math.max(...counted.map(({ parts }) => parts));
	const unicode = counted.filter(({ encoding }) => encoding === 'UCS-2').length;
	const money = (parts: number) => (price ? ` (${round(parts * price.perPart)}${price.currency ? ` ${price.currency}` : ''})` : '');
	const characters = [...new Set(messages.flatMap(({ body }) => notGsm7(body)))].slice(0, MOST_NAMED);
	return [
		`${countOf(messages.length, 'message')} of this sample: ${countOf(sum, 'part')}${money(sum)} in all, at most ${most} per message${money(most)}.`
		+ (unicode > 0 ? ` ${unicode} of them in Unicode, with 70 characters to a part instead of 160, because of ${characters.join(' ')}` : ''),
	];
}

function countOf(count: number, word: string): string {
	return `${count} ${word}${count === 1 ? '' : 's'}`;
}

function round(amount: number): number {
	return Number(amount.toFixed(DECIMALS));
}
