using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Polymath.Compute;

namespace Polymath.Learning;

/// <summary>What a budget counts.</summary>
public enum BudgetKind
{
    /// <summary>Optimiser steps.</summary>
    Steps,

    /// <summary>Seconds spent on steps; examinations and checkpoints come on top.</summary>
    Time,

    /// <summary>Operations of the network's passes, adds and multiplies both counted.</summary>
    Operations,
}

/// <summary>How long to learn: <c>2000steps</c>, <c>3m</c>, <c>5e15flop</c>.</summary>
public readonly record struct Budget
{
    // Beyond this a count of steps or seconds is a slip of the keyboard, and would overflow what is computed from it.
    private const double LargestCount = 1e15;

    private static readonly (string Unit, BudgetKind Kind, double Factor)[] Units =
    [
        ("steps", BudgetKind.Steps, 1), ("step", BudgetKind.Steps, 1),
        ("flops", BudgetKind.Operations, 1), ("flop", BudgetKind.Operations, 1),
        ("s", BudgetKind.Time, 1), ("m", BudgetKind.Time, 60),
        ("h", BudgetKind.Time, 3600), ("d", BudgetKind.Time, 86400),
    ];

    private Budget(BudgetKind kind, double amount)
    {
        Kind = kind;
        Amount = amount;
    }

    /// <summary>What is counted.</summary>
    public BudgetKind Kind { get; }

    /// <summary>How much of it: steps, seconds or operations.</summary>
    public double Amount { get; }

    /// <summary>A budget of steps.</summary>
    public static Budget OfSteps(long steps) => new(BudgetKind.Steps, steps);

    /// <summary>Reads a budget: a number, a space or none, and a unit (s, m, h, d, steps, flop).</summary>
    /// <exception cref="InvalidInputException">The text is no budget.</exception>
    public static Budget Parse(string text) =>
        TryParse(text, out Budget budget, out string? error) ? budget : throw new InvalidInputException(error);

    /// <summary>Reads a budget, or says in a sentence why the text is none.</summary>
    public static bool TryParse(string? text, out Budget budget, [NotNullWhen(false)] out string? error)
    {
        budget = default;
        error = null;
        foreach ((string unit, BudgetKind kind, double factor) in Units)
        {
            if (text is null || !text.TrimEnd().EndsWith(unit, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            string number = text.TrimEnd()[..^unit.Length].Trim();
            if (!double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out double amount))
            {
                break;
            }

            error = Fault(kind, amount * factor);
            budget = error is null ? new Budget(kind, amount * factor) : default;
            error = error is null ? null : $"the budget '{text}' {error}";
            return error is null;
        }

        error = $"'{text}' is no budget: expected a number and a unit, such as 90s, 3m, 1.5h, 2000steps or 5e15flop";
        return false;
    }

    /// <summary>The budget as it is written, in seconds where it is time.</summary>
    public override string ToString()
    {
        string amount = Amount.ToString(CultureInfo.InvariantCulture);
        return Kind switch
        {
            BudgetKind.Steps => amount + "steps",
            BudgetKind.Time => amount + "s",
            _ => amount + "flop",
        };
    }

    private static string? Fault(BudgetKind kind, double amount) => kind switch
    {
        _ when !double.IsFinite(amount) || amount <= 0 => "is not above zero and finite",
        BudgetKind.Steps when amount != Math.Floor(amount) => "is not a whole number of steps",
        BudgetKind.Steps or BudgetKind.Time when amount > LargestCount => $"is above {LargestCount:0e0}",
        _ => null,
    };
}
