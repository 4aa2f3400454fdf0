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
    public static Option<T> Create<T>(string name, string unit, string description, T value)
        where T : struct, INumber<T> => new(name)
        {
            Description = description,
            HelpName = unit,
            DefaultValueFactory = _ => value,
            CustomParser = result => Parse<T>(name, result) ?? default,
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
            CustomParser = result => Parse<T>(name, result),
        };

    private static T? Parse<T>(string name, ArgumentResult result)
        where T : struct, INumber<T>
    {
        string text = result.Tokens[0].Value;
        if (T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out T number) && T.IsFinite(number))
        {
            return number;
        }

        result.AddError($"{name} is '{text}', expected {Expected<T>()}");
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
