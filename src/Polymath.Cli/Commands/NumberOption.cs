using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace Polymath.Cli.Commands;

/// <summary>Options with a number, which say in a sentence when they are given something else.</summary>
internal static class NumberOption
{
    /// <summary>An option that has a value when it is left out.</summary>
    /// <param name="name">Its name, dashes included.</param>
    /// <param name="unit">What the number counts, for the help.</param>
    /// <param name="description">What it does.</param>
    /// <param name="value">Its value when it is left out.</param>
    /// <param name="accepts">Which numbers are in range; null: all.</param>
    /// <param name="range">The range, for a sentence.</param>
    public static Option<T> Create<T>(
        string name, string unit, string description, T value, Func<T, bool>? accepts = null, string range = "")
        where T : struct, INumber<T> => new(name)
        {
            Description = description,
            HelpName = unit,
            DefaultValueFactory = _ => value,
            CustomParser = result => Parse(name, result, accepts, range) ?? default,
        };

    /// <summary>An option that has no value when it is left out.</summary>
    /// <param name="name">Its name, dashes included.</param>
    /// <param name="unit">What the number counts, for the help.</param>
    /// <param name="description">What it does.</param>
    public static Option<T?> CreateOptional<T>(string name, string unit, string description)
        where T : struct, INumber<T> => new(name)
        {
            Description = description,
            HelpName = unit,
            CustomParser = result => Parse<T>(name, result, null, ""),
        };

    private static T? Parse<T>(string name, ArgumentResult result, Func<T, bool>? accepts, string range)
        where T : struct, INumber<T>
    {
        string text = result.Tokens[0].Value;
        bool isNumber = T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out T number)
            && T.IsFinite(number);
        if (isNumber && accepts?.Invoke(number) != false)
        {
            return number;
        }

        result.AddError(isNumber
            ? $"{name} is {text}, expected {range}"
            : $"{name} is '{text}', expected {Expected<T>()}");
        return null;
    }

    private static string Expected<T>()
        where T : struct, INumber<T>
    {
        bool isWhole = !T.TryParse("0.5", NumberStyles.Float, CultureInfo.InvariantCulture, out _);
        bool isSigned = T.TryParse("-1", NumberStyles.Float, CultureInfo.InvariantCulture, out _);
        return $"a {(isWhole ? "whole " : "")}number{(isSigned ? "" : ", not negative")}";
    }
}
