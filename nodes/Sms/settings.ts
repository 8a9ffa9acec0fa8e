import { toE164 } from '../../engine/channels/phone';
import { CampaignError } from '../../engine/errors';
import { refuseBadTexts } from '../shared/personalized-texts';
import { smsTexts } from './texts';

const ANY_NUMBER = '+14155550100';

/** Throws a CampaignError when nobody could be sent to with these settings. `parameterOf` gives them as they were typed. */
export function checkSmsSettings(parameterOf: (name: string) => unknown): void {
	refuseBadTexts(smsTexts(parameterOf));
	checkCountry(String(parameterOf('defaultCountry') ?? ''));
}

export function checkCountry(country: string): void {
	const checked = toE164(ANY_NUMBER, country);
	if (!checked.ok) throw new CampaignError('default_country', checked.why, 'Correct "Default Country" or leave it empty.');
}
