import { CampaignError } from '../../errors';
import { escapeFor, type Place } from '../http/place';
import type { SmsMessage } from '../provider';

/** `$$Name`, a dynamic replacement in CleverTap's spelling; names are read without regard to case. */
const TOKEN = /\$\$([A-Za-z_][A-Za-z0-9_]*)/g;

const SYSTEM: Record<string, (message: SmsMessage) => string | string[] | undefined> = {
	to: (message) => message.to,
	body: (message) => message.body,
	templateid: (message) => message.templateId,
	// A template may have none.
	templatevariables: (message) => message.templateVariables ?? [],
	campaignid: (message) => message.campaignId,
	messageid: (message) => message.messageId,
};

/** Whether a name is one whose value a message has of itself. */
export function isSystemToken(name: string): boolean {
	return Object.hasOwn(SYSTEM, name.toLowerCase());
}

/** Names of the tokens in a text, as written; system ones left out. These become mandatory inputs of the sender. */
export function customTokens(text: string): string[] {
	return [...text.matchAll(TOKEN)].map((match) => match[1] ?? '').filter((name) => !isSystemToken(name));
}

/** Whether a text uses a token, whatever its case. */
export function usesToken(text: string, name: string): boolean {
	return [...text.matchAll(TOKEN)].some((match) => match[1]?.toLowerCase() === name.toLowerCase());
}

function valueOf(name: string, message: SmsMessage): string | string[] {
	const wanted = name.toLowerCase();
	const system = Object.hasOwn(SYSTEM, wanted) ? SYSTEM[wanted] : undefined;
	const custom = Object.entries(message.keyValues ?? {}).find(([key]) => key.toLowerCase() === wanted);
	const value = system ? system(message) : custom?.[1];
	if (value === undefined) {
		throw new CampaignError('missing_value', `The provider's request needs a value for $$${name}, and the message has none`, `Take $$${name} out of the provider node, or fill in the field of the sender that it stands for.`);
	}
	return value;
}

/** Replaces every token in one pass, so that a value that looks like a token stays text. A list is joined by commas. */
export function replaceTokens(text: string, message: SmsMessage, place: Place): string {
	return text.replace(TOKEN, (_token, name: string) => {
		const value = valueOf(name, message);
		return escapeFor(place, Array.isArray(value) ? value.join(',') : value);
	});
}

/** A whole JSON string, or a token that stands outside of one. */
const JSON_PIECE = /"(?:[^"\\]|\\.)*"|\$\$([A-Za-z_][A-Za-z0-9_]*)/g;

/** A JSON string that is one token and nothing else. */
const LONE_TOKEN = /^"\$\$([A-Za-z_][A-Za-z0-9_]*)"$/;

/**
 * Fills a JSON document. Inside a string a value is escaped as string content; a token outside of strings becomes a
 * JSON value of its own. A list standing alone, quoted or not, becomes a JSON array.
 */
export function replaceJsonTokens(template: string, message: SmsMessage): string {
	return template.replace(JSON_PIECE, (piece: string, bare: string | undefined) => {
		const alone = bare ?? LONE_TOKEN.exec(piece)?.[1];
		return alone === undefined ? replaceTokens(piece, message, 'json') : JSON.stringify(valueOf(alone, message));
	});
}

/** Puts quotes around the tokens of a JSON document that have none, which makes it JSON and means the same. */
export function quoteTokens(template: string): string {
	return template.replace(JSON_PIECE, (piece: string, bare: string | undefined) => (bare === undefined ? piece : `"${piece}"`));
}
