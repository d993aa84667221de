import { linksOver } from '../links.suite.js';
import { weriftTransports } from './transport.js';

linksOver('werift', weriftTransports);
