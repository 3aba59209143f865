import "./player-list";
import "./leaderboard";
import "./scoring";
import "./bans";
import "./announcements";
