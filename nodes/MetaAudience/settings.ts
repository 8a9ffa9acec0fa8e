import { nameOf } from '../shared/name-fields';
import { readAudience, readMetaSettings } from '../shared/meta-parameters';

/** Throws a CampaignError when nobody could be sent with these parameters. An audience that an expression names shows only when it is run. */
export function checkMetaAudienceSettings(parameterOf: (name: string) => unknown): void {
	if (!nameOf(parameterOf('audience')).startsWith('=')) readAudience(parameterOf('audience'));
	readMetaSettings(parameterOf);
}
