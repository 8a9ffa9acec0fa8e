import { EVERYBODY_GETS_IT, type WhoGetsIt } from '../../engine/campaigns/who-gets-it';
import type { Read } from './read-schedule';

export function readWho(_parameter: Read): WhoGetsIt {
	return EVERYBODY_GETS_IT;
}
