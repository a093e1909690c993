// The house's scripts. Every page works without them; they shorten ways and keep manners.
import { keepManners } from "./manners.js";
import { listenToKeys } from "./keys.js";
import { offerPasskeys } from "./passkeys.js";
import { switchThemes } from "./theme.js";
import { wireWidgets } from "./widgets.js";

document.documentElement.dataset.script = "on";
keepManners();
listenToKeys();
offerPasskeys();
switchThemes();
wireWidgets();
