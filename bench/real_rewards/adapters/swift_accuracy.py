from swift.rewards.orm import MathAccuracy

reward = MathAccuracy()
