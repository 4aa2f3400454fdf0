namespace Polymath.Compute.Tests.Threads;

public sealed class WorkerTeamTests
{
    public static TheoryData<int> ThreadCounts => [1, 2, 3, 8];

    [Theory]
    [MemberData(nameof(ThreadCounts))]
    public void EveryTileIsComputedOnceInEveryRun(int threadCount)
    {
        using var team = new WorkerTeam(threadCount);
        var counts = new int[97];
        for (int tileCount = 0; tileCount < counts.Length; tileCount++)
        {
            for (int repeat = 0; repeat < 20; repeat++)
            {
                Array.Clear(counts);
                team.Run(tileCount, new CountTiles(counts, threadCount));
                Assert.All(counts[..tileCount], count => Assert.Equal(1, count));
                Assert.All(counts[tileCount..], count => Assert.Equal(0, count));
            }
        }
    }

    [Fact]
    public void RunsAfterPausesReachBlockedWorkers()
    {
        using var team = new WorkerTeam(2);
        var seen = new bool[2];
        for (int run = 0; run < 20; run++)
        {
            Thread.Sleep(2);
            Array.Clear(seen);
            team.Run(2, new MeetEachOther(seen));
        }
    }

    [Theory]
    [MemberData(nameof(ThreadCounts))]
    public void WhatATileThrowsReachesTheCallerAndTheTeamGoesOn(int threadCount)
    {
        using var team = new WorkerTeam(threadCount);
        for (int failing = 0; failing < 8; failing++)
        {
            var failure = Assert.Throws<InvalidDataException>(() => team.Run(8, new FailAt(failing)));
            Assert.Equal($"tile {failing}", failure.Message);

            var counts = new int[8];
            team.Run(8, new CountTiles(counts, threadCount));
            Assert.All(counts, count => Assert.Equal(1, count));
        }
    }

    [Fact]
    public void AJobThatRunsAnotherOnTheSameTeamIsRefused()
    {
        using var team = new WorkerTeam(2);
        Assert.Throws<InvalidOperationException>(() => team.Run(2, new RunAgain(team)));
    }

    [Theory]
    [MemberData(nameof(ThreadCounts))]
    public void ARunAllocatesNothing(int threadCount)
    {
        using var team = new WorkerTeam(threadCount);
        var job = new CountTiles(new int[64], threadCount);
        team.Run(64, job);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int run = 0; run < 100; run++)
        {
            team.Run(64, job);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void DisposalEndsTheThreadsWhetherBlockedOrJustStarted()
    {
        for (int round = 0; round < 20; round++)
        {
            var team = new WorkerTeam(4);
            if (round % 2 == 0)
            {
                team.Run(4, new CountTiles(new int[4], 4));
                Thread.Sleep(1);
            }

            team.Dispose();
            team.Dispose();
            Assert.Throws<ObjectDisposedException>(() => team.Run(1, new CountTiles(new int[4], 4)));
        }
    }

    private readonly struct CountTiles(int[] counts, int threadCount) : IParallelJob
    {
        public void Execute(int tile, int worker)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(worker, threadCount);
            Interlocked.Increment(ref counts[tile]);
        }
    }

    // Ends only when both workers hold a tile at once, so it hangs if a blocked worker is not woken.
    private readonly struct MeetEachOther(bool[] seen) : IParallelJob
    {
        public void Execute(int tile, int worker)
        {
            bool[] workers = seen;
            Volatile.Write(ref workers[worker], true);
            bool HaveMet() => Volatile.Read(ref workers[0]) && Volatile.Read(ref workers[1]);
            Assert.True(SpinWait.SpinUntil(HaveMet, 10_000));
        }
    }

    private readonly struct FailAt(int failing) : IParallelJob
    {
        public void Execute(int tile, int worker)
        {
            if (tile == failing)
            {
                throw new InvalidDataException($"tile {tile}");
            }
        }
    }

    private readonly struct RunAgain(WorkerTeam team) : IParallelJob
    {
        public void Execute(int tile, int worker) => team.Run(2, new FailAt(-1));
    }
}
