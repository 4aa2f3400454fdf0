using Polymath.Compute;

namespace Polymath.Learning.Tests;

public sealed class BudgetTests
{
    [Theory]
    [InlineData("3m", BudgetKind.Time, 180)]
    [InlineData("90s", BudgetKind.Time, 90)]
    [InlineData("1.5h", BudgetKind.Time, 5400)]
    [InlineData("2d", BudgetKind.Time, 172800)]
    [InlineData("2000steps", BudgetKind.Steps, 2000)]
    [InlineData(" 2000 steps ", BudgetKind.Steps, 2000)]
    [InlineData("1step", BudgetKind.Steps, 1)]
    [InlineData("2e3steps", BudgetKind.Steps, 2000)]
    [InlineData("5e15flop", BudgetKind.Operations, 5e15)]
    [InlineData("5E15 FLOPs", BudgetKind.Operations, 5e15)]
    public void NumbersWithAUnitAreBudgets(string text, BudgetKind kind, double amount)
    {
        Budget budget = Budget.Parse(text);
        Assert.Equal(kind, budget.Kind);
        Assert.Equal(amount, budget.Amount);
        Assert.Equal(budget, Budget.Parse(budget.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("3")]
    [InlineData("m")]
    [InlineData("three m")]
    [InlineData("3 minutes and a bit")]
    [InlineData("0steps")]
    [InlineData("-3m")]
    [InlineData("1.5steps")]
    [InlineData("NaNs")]
    [InlineData("1e400s")]
    [InlineData("1e30steps")]
    [InlineData("1,5h")]
    public void AnythingElseIsRefusedInASentenceThatQuotesIt(string? text)
    {
        InvalidInputException fault = Assert.Throws<InvalidInputException>(() => Budget.Parse(text!));
        Assert.Contains($"'{text}'", fault.Message, StringComparison.Ordinal);
    }
}
