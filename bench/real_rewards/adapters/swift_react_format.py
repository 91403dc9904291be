from swift.rewards.orm import ReActFormat

reward = ReActFormat()
