using Polymath.Compute.Cpu.Generated;

namespace Polymath.Compute.Tests.Cpu.Generated;

public sealed unsafe class ExecutableMemoryTests
{
    [Fact]
    public void PagesThatCannotBeHadGiveNoKernels()
    {
        var pages = new RefusingPages(allocates: false);
        Assert.False(ExecutableMemory.IsAllowed(pages));
        Assert.Null(BFloat16Kernels.TryCreate(pages));
    }

    [Fact]
    public void PagesThatMayNotBeExecutedAreGivenBack()
    {
        var pages = new RefusingPages(allocates: true);
        Assert.Null(BFloat16Kernels.TryCreate(pages));
        Assert.False(ExecutableMemory.IsAllowed(pages));
        Assert.Equal(2, pages.Allocated);
        Assert.Equal(2, pages.Freed);
    }

    [Fact]
    public void CodeIsCopiedToThePagesOfTheSystem()
    {
        byte[] code = [.. Enumerable.Range(0, 5000).Select(index => (byte)index)];
        using var memory = ExecutableMemory.TryCreate(ExecutableMemory.SystemPages, code);
        Assert.NotNull(memory);
        Assert.Equal(code, new ReadOnlySpan<byte>(memory.Start, code.Length).ToArray());
        memory.Dispose();
        Assert.True(memory.Start is null);
    }

    [Fact]
    public void BothConventionsAreGenerated()
    {
        var form = new BFloat16TileForm(3, IsMasked: true, ReadsRows: true, WritesBFloat16: true);
        byte[] posix = BFloat16TileCode.Generate(form, forWindows: false);
        byte[] windows = BFloat16TileCode.Generate(form, forWindows: true);

        // mov rax, rdi and mov rax, rcx; ten registers of Windows are kept and given back.
        Assert.Equal([0x48, 0x89, 0xF8], posix[..3]);
        Assert.Equal([0x48, 0x89, 0xC8], windows[..3]);
        Assert.True(windows.Length > posix.Length + (2 * 10 * 4));
    }
}
