"""The five games of MinAtar, written from their rules a second time, to check the product's against.

Rules: Young and Tian, "MinAtar: An Atari-inspired testbed" (2019, arXiv:1903.03176). This is a simulation of its own, in
sets and lists where the product has bits and arrays: nothing is shared but the rules and the order in which chance is
asked. Times are counted in absolute steps here where the rules count down.
"""

SIDE = 10
NONE, LEFT, UP, RIGHT, DOWN, FIRE = range(6)
MASK32, MASK64 = (1 << 32) - 1, (1 << 64) - 1


class Chance:
    """Philox 4x32-10 (Salmon et al., 2011), words in order, two words a draw, the high one first."""

    def __init__(self, seed, stream):
        name_hash = 2166136261
        for letter in stream:
            name_hash = ((name_hash ^ ord(letter)) * 16777619) & MASK32
        self.key, self.stream, self.block, self.words = (seed & MASK32, seed >> 32), name_hash, 0, []

    def word(self):
        if not self.words:
            counter, (k0, k1) = [self.block, 0, 0, self.stream], self.key
            for _ in range(10):
                a, b = 0xD2511F53 * counter[0], 0xCD9E8D57 * counter[2]
                counter = [(b >> 32) ^ counter[1] ^ k0, b & MASK32, (a >> 32) ^ counter[3] ^ k1, a & MASK32]
                k0, k1 = (k0 + 0x9E3779B9) & MASK32, (k1 + 0xBB67AE85) & MASK32
            self.words, self.block = counter, self.block + 1
        return self.words.pop(0)

    def below(self, bound):
        while True:
            high = self.word()
            product = ((high << 32) | self.word()) * bound
            if product & MASK64 >= (1 << 64) % bound:
                return product >> 64


class Breakout:
    name = "breakout"

    def __init__(self, chance):
        right = chance.below(2)
        self.ball, self.trail, self.way = (9 if right else 0, 3), (9 if right else 0, 3), (-1 if right else 1, 1)
        self.paddle, self.struck, self.bricks = 4, False, self.wall()

    @staticmethod
    def wall():
        return {(x, y) for x in range(SIDE) for y in (1, 2, 3)}

    def step(self, action, chance):
        self.paddle = max(0, min(9, self.paddle + {LEFT: -1, RIGHT: 1}.get(action, 0)))
        old, (dx, dy) = self.ball, self.way
        x, y = old[0] + dx, old[1] + dy
        if not 0 <= x <= 9:
            x, dx = old[0], -dx
        reward, over, strikes = 0, False, False
        if y == -1:
            y, dy = 0, -dy
        elif (x, y) in self.bricks:
            strikes = True
            if not self.struck:
                self.bricks.remove((x, y))
                reward, y, dy = 1, old[1], -dy
        elif y == 9:
            if not self.bricks:
                self.bricks = self.wall()
            if old[0] == self.paddle:
                y, dy = old[1], -dy
            elif x == self.paddle:
                y, dx, dy = old[1], -dx, -dy
            else:
                over = True
        self.struck, self.trail, self.ball, self.way = strikes, old, (x, y), (dx, dy)
        return reward, over

    def planes(self):
        return [{(self.paddle, 9)}, {self.ball}, {self.trail}, self.bricks]

    def advice(self):
        """Below the ball's next cell."""
        target = self.ball[0] + (self.way[0] if self.way[1] > 0 else 0)
        return LEFT if target < self.paddle else RIGHT if target > self.paddle else NONE


class Freeway:
    name = "freeway"

    def __init__(self, chance):
        self.row, self.next_move, self.now, self.x = 9, 3, 0, [0] * 8
        self.redraw(chance)

    def redraw(self, chance):
        self.periods = [1 + chance.below(5) for _ in range(8)]
        self.ways = [2 * chance.below(2) - 1 for _ in range(8)]
        self.due = [self.now + period for period in self.periods]

    def step(self, action, chance):
        reward = 0
        if action in (UP, DOWN) and self.now >= self.next_move:
            self.next_move = self.now + 3
            self.row = self.row - 1 if action == UP else min(9, self.row + 1)
        if self.row == 0:
            reward, self.row = 1, 9
            self.redraw(chance)
        for lane in range(8):
            if self.x[lane] == 4 and self.row == lane + 1:
                self.row = 9
            if self.due[lane] == self.now:
                self.due[lane] = self.now + self.periods[lane] + 1
                self.x[lane] = (self.x[lane] + self.ways[lane]) % SIDE
                if self.x[lane] == 4 and self.row == lane + 1:
                    self.row = 9
        self.now += 1
        return reward, self.now == 2500

    def planes(self):
        speeds = [set() for _ in range(5)]
        for lane in range(8):
            speeds[self.periods[lane] - 1].add(((self.x[lane] - self.ways[lane]) % SIDE, lane + 1))
        return [{(4, self.row)}, {(x, lane + 1) for lane, x in enumerate(self.x)}] + speeds

    def advice(self):
        return UP


class Asterix:
    name = "asterix"

    def __init__(self, chance):
        self.player, self.runners, self.now = [5, 5], {}, 0
        self.spawn_interval, self.move_interval, self.next_spawn, self.next_move = 10, 5, 10, 5
        self.next_ramp, self.ramps = 101, 0

    def touch(self):
        x, y = self.player
        if y in self.runners and self.runners[y][0] == x:
            if not self.runners[y][2]:
                return 0, True
            del self.runners[y]
            return 1, False
        return 0, False

    def step(self, action, chance):
        if self.now == self.next_spawn:
            way, gold = 2 * chance.below(2) - 1, chance.below(3) == 0
            free = [row for row in range(1, 9) if row not in self.runners]
            if free:
                self.runners[free[chance.below(len(free))]] = [0 if way == 1 else 9, way, gold]
            self.next_spawn = self.now + self.spawn_interval
        x, y = self.player
        x += {LEFT: -1, RIGHT: 1}.get(action, 0)
        y += {UP: -1, DOWN: 1}.get(action, 0)
        self.player = [max(0, min(9, x)), max(1, min(8, y))]
        reward, over = self.touch()
        if self.now == self.next_move:
            self.next_move = self.now + self.move_interval
            for runner in self.runners.values():
                runner[0] += runner[1]
            self.runners = {row: runner for row, runner in self.runners.items() if 0 <= runner[0] <= 9}
            more, caught = self.touch()
            reward, over = reward + more, over or caught
        if (self.spawn_interval > 1 or self.move_interval > 1) and self.now == self.next_ramp:
            self.move_interval -= 1 if self.move_interval > 1 and self.ramps % 2 == 1 else 0
            self.spawn_interval -= 1 if self.spawn_interval > 1 else 0
            self.ramps, self.next_ramp = self.ramps + 1, self.now + 102
        self.now += 1
        return reward, over

    def planes(self):
        kinds = {False: set(), True: set()}
        trail = set()
        for row, (x, way, gold) in self.runners.items():
            kinds[gold].add((x, row))
            trail.add((x - way, row))
        return [{tuple(self.player)}, kinds[False], trail, kinds[True]]

    def advice(self):
        """Away from an enemy that comes near, else towards gold."""
        x, y = self.player

        def danger(row):
            there = self.runners.get(row)
            return there and not there[2] and 0 <= (x - there[0]) * there[1] <= 3
        if danger(y):
            return UP if y > 1 and not danger(y - 1) else DOWN
        rows = [row for row, runner in self.runners.items() if runner[2]]
        if not rows:
            return NONE
        row = min(rows, key=lambda row: abs(row - y))
        ahead = UP if row < y else DOWN
        if row != y:
            return ahead if not danger(y + (1 if row > y else -1)) else NONE
        return LEFT if self.runners[row][0] < x else RIGHT


class SpaceInvaders:
    name = "space-invaders"

    def __init__(self, chance):
        self.cannon, self.aliens, self.shots, self.bombs, self.way = 5, self.wave(), set(), set(), -1
        self.interval, self.now, self.next_fire, self.next_move, self.next_bomb = 12, 0, 0, 12, 10

    @staticmethod
    def wave():
        return {(x, y) for x in range(2, 8) for y in range(4)}

    def step(self, action, chance):
        if action == FIRE and self.now >= self.next_fire:
            self.shots.add((self.cannon, 9))
            self.next_fire = self.now + 5
        self.cannon = max(0, min(9, self.cannon + {LEFT: -1, RIGHT: 1}.get(action, 0)))
        self.shots = {(x, y - 1) for x, y in self.shots if y > 0}
        self.bombs = {(x, y + 1) for x, y in self.bombs if y < 9}
        here = (self.cannon, 9)
        over = here in self.bombs or here in self.aliens
        if self.now == self.next_move:
            self.next_move = self.now + min(len(self.aliens), self.interval)
            if any(x == (0 if self.way < 0 else 9) for x, _ in self.aliens):
                self.way = -self.way
                if any(y == 9 for _, y in self.aliens):
                    over = True
                else:
                    self.aliens = {(x, y + 1) for x, y in self.aliens}
            else:
                self.aliens = {(x + self.way, y) for x, y in self.aliens}
            over = over or here in self.aliens
        if self.now == self.next_bomb:
            self.next_bomb = self.now + 10
            column = min({x for x, _ in self.aliens}, key=lambda x: (abs(x - self.cannon), x))
            self.bombs.add((column, max(y for x, y in self.aliens if x == column)))
        killed = self.aliens & self.shots
        self.aliens, self.shots = self.aliens - killed, self.shots - killed
        self.now += 1
        if not self.aliens:
            self.interval, self.aliens = max(6, self.interval - 1), self.wave()
        return len(killed), over

    def planes(self):
        left, right = (self.aliens, set()) if self.way < 0 else (set(), self.aliens)
        return [{(self.cannon, 9)}, self.aliens, left, right, self.shots, self.bombs]

    def advice(self):
        """Where no bomb is about to fall, and there under the lowest aliens; shoots whenever it may."""
        def danger(x):
            return not 0 <= x <= 9 or any(bomb[0] == x and bomb[1] >= 6 for bomb in self.bombs)
        safe = [x for x in (self.cannon, self.cannon - 1, self.cannon + 1) if not danger(x)]
        if self.cannon in safe and self.now >= self.next_fire and self.now % 3:
            return FIRE
        low = max(y for _, y in self.aliens)
        targets = [x + self.way for x, y in self.aliens if y == low]
        best = min(safe or [self.cannon], key=lambda x: min(abs(target - x) for target in targets))
        return LEFT if best < self.cannon else RIGHT if best > self.cannon else NONE


class Seaquest:
    name = "seaquest"

    def __init__(self, chance):
        self.me, self.way, self.air, self.aboard, self.up = (5, 0), -1, 200, 0, True
        self.shots, self.bombs, self.fish, self.subs, self.divers = [], [], [], [], []
        self.spawn_interval, self.move_interval, self.ramps, self.now = 20, 5, 0, 0
        self.next_spawn, self.next_diver, self.next_fire = 20, 30, 0

    @staticmethod
    def swimmer(way, row, **more):
        return dict(x=0 if way == 1 else 9, y=row, way=way, **more)

    def at(self, swimmer):
        return (swimmer["x"], swimmer["y"]) == self.me

    def advance(self, swimmer, interval):
        """Moves it where it is due; the cells where it was and is count."""
        met = self.at(swimmer)
        if swimmer["due"] == self.now:
            swimmer["x"] += swimmer["way"]
            swimmer["due"] = self.now + interval + 1
            met = met or self.at(swimmer)
        return met

    @staticmethod
    def inside(swimmers):
        return [swimmer for swimmer in swimmers if 0 <= swimmer["x"] <= 9]

    def spawn(self, chance):
        if self.now == self.next_spawn:
            way, submarine, row = 2 * chance.below(2) - 1, chance.below(3) == 0, 1 + chance.below(8)
            if all(enemy["y"] != row or enemy["way"] == way for enemy in self.fish + self.subs):
                kind = self.subs if submarine else self.fish
                kind.append(self.swimmer(way, row, due=self.now + self.move_interval, bomb=self.now + 10))
            self.next_spawn = self.now + self.spawn_interval
        if self.now == self.next_diver:
            way, row = 2 * chance.below(2) - 1, 1 + chance.below(8)
            self.divers.append(self.swimmer(way, row, due=self.now + 5))
            self.next_diver = self.now + 30

    def shoot(self):
        reward, left = 0, []
        for shot in self.shots:
            shot["x"] += shot["way"]
            hit = next((
                (kind, enemy) for kind in (self.fish, self.subs) for enemy in kind
                if (enemy["x"], enemy["y"]) == (shot["x"], shot["y"])), None)
            if hit:
                hit[0].remove(hit[1])
                reward += 1
            else:
                left.append(shot)
        self.shots = self.inside(left)
        return reward

    def rescue(self):
        left = []
        for diver in self.divers:
            taken = self.aboard < 6 and self.at(diver)
            if not taken:
                taken = self.advance(diver, 5) and self.aboard < 6
            if taken:
                self.aboard += 1
            else:
                left.append(diver)
        self.divers = self.inside(left)

    def step(self, action, chance):
        self.spawn(chance)
        x, y = self.me
        if action == FIRE and self.now >= self.next_fire:
            self.shots.append(dict(x=x, y=y, way=self.way))
            self.next_fire = self.now + 5
        elif action in (LEFT, RIGHT):
            self.way = 1 if action == RIGHT else -1
            self.me = (max(0, min(9, x + self.way)), y)
        elif action in (UP, DOWN):
            self.me = (x, max(0, min(8, y + (1 if action == DOWN else -1))))
        reward, over = self.shoot(), False
        self.rescue()
        for sub in self.subs:
            over = self.advance(sub, self.move_interval) or over
            if sub["bomb"] == self.now:
                sub["bomb"] = self.now + 11
                self.bombs.append(dict(x=sub["x"], y=sub["y"], way=sub["way"]))
        self.subs = self.inside(self.subs)
        self.bombs = self.inside(self.bombs)
        for bomb in self.bombs:
            over = over or self.at(bomb)
            bomb["x"] += bomb["way"]
            over = over or self.at(bomb)
        self.bombs = self.inside(self.bombs)
        for fish in self.fish:
            over = self.advance(fish, self.move_interval) or over
        self.fish = self.inside(self.fish)
        over = over or self.air < 0
        if self.me[1] > 0:
            self.air, self.up = self.air - 1, False
        elif not self.up:
            if self.aboard == 0:
                over = True
            else:
                reward += self.surface()
        self.now += 1
        return reward, over

    def surface(self):
        self.up, reward = True, 0
        if self.aboard == 6:
            self.aboard, reward = 0, max(0, self.air * 10 // 200)
        else:
            self.aboard -= 1
        self.air = 200
        if self.spawn_interval > 1 or self.move_interval > 2:
            self.move_interval -= 1 if self.move_interval > 2 and self.ramps % 2 == 1 else 0
            self.spawn_interval -= 1 if self.spawn_interval > 1 else 0
            self.ramps += 1
        return reward

    def planes(self):
        def cells(swimmers, back=0):
            return {(swimmer["x"] - back * swimmer["way"], swimmer["y"]) for swimmer in swimmers}
        x, y = self.me
        air = {(column, 9) for column in range(max(0, self.air * 10 // 200))}
        aboard = {(8 - column, 9) for column in range(self.aboard)}
        return [
            {self.me}, {(x - self.way, y)}, cells(self.shots), cells(self.fish + self.subs + self.divers, back=1),
            cells(self.bombs), cells(self.fish), cells(self.subs), air, aboard, cells(self.divers)]

    def advice(self):
        """Up for air in time, away from what comes near, towards divers, and shoots along its row."""
        x, y = self.me
        if (self.air < 40 or self.aboard == 6) and self.aboard > 0:
            return UP
        threats = self.fish + self.subs + self.bombs

        def danger(row):
            return any(enemy["y"] == row and -1 <= (x - enemy["x"]) * enemy["way"] <= 2 for enemy in threats)
        if y > 0 and danger(y):
            facing = any(enemy["y"] == y and (enemy["x"] - x) * self.way > 0 for enemy in self.fish + self.subs)
            if facing and self.now >= self.next_fire:
                return FIRE
            return UP if y > 1 and not danger(y - 1) else DOWN
        for diver in self.divers:
            if diver["y"] != y:
                row = y + (1 if diver["y"] > y else -1)
                return NONE if danger(row) else DOWN if diver["y"] > y else UP
            return LEFT if diver["x"] < x else RIGHT
        ahead = [enemy for enemy in self.fish + self.subs if enemy["y"] == y]
        if ahead:
            way = 1 if ahead[0]["x"] > x else -1
            return FIRE if way == self.way else LEFT if way < 0 else RIGHT
        return DOWN if y < 3 else NONE


GAMES = [Breakout, Freeway, Asterix, SpaceInvaders, Seaquest]
