import { everyMessageOnce } from './everyMessageOnce.js'
import { TwilioStandIn } from './standIns.js'

everyMessageOnce('Twilio', () => new TwilioStandIn())
