import './shell/style/tokens.css';
import './shell/style/base.css';
import './shell/style/controls.css';
import './shell/shell.css';

import {render} from 'preact';

import {App} from './shell/app.tsx';
import {registerServiceWorker} from './storage/offline-page.ts';

const root = document.getElementById('app');
if (root) render(<App />, root);
registerServiceWorker();
