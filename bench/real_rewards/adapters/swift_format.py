from swift.rewards.orm import Format

reward = Format()
