import "./player-list";
import "./leaderboard";
import "./scoring";
import "./bans";
import "./boss";
import "./news";
import "./announcements";

