import "./news";
import "./chat";
