using Polymath.Fields.Text.Sources.DotnetDocs;

namespace Polymath.Fields.Tests.Text.Sources.DotnetDocs;

public sealed class DocumentationIdTests
{
    [Theory]
    [InlineData("T:System.String", "System.String", "String")]
    [InlineData("T:System.Collections.Generic.Dictionary`2", "System.Collections.Generic.Dictionary", "Dictionary")]
    [InlineData("M:System.String.Format(System.String,System.Object)", "System.String", "String.Format")]
    [InlineData("M:System.String.#ctor(System.Char[])", "System.String", "String")]
    [InlineData("P:System.Collections.Generic.List`1.Item(System.Int32)", "System.Collections.Generic.List", "List.Item")]
    [InlineData("M:System.Linq.Enumerable.Where``1(System.Func{``0,System.Boolean})", "System.Linq.Enumerable", "Enumerable.Where")]
    [InlineData("M:A.B.System#Collections#IEnumerable#GetEnumerator", "A.B", "B.GetEnumerator")]
    [InlineData("M:System.Decimal.op_Implicit(System.Byte)~System.Decimal", "System.Decimal", "Decimal.Implicit")]
    [InlineData("T:System.Func{System.String,System.Int32}", "System.Func", "Func")]
    [InlineData("F:System.DayOfWeek.Monday", "System.DayOfWeek", "DayOfWeek.Monday")]
    [InlineData("N:System.Linq", "System", "Linq")]
    [InlineData("!:Unresolved", "", "Unresolved")]
    [InlineData("System.Object", "System.Object", "Object")]
    [InlineData("M:Method", "", "Method")]
    [InlineData("T:", "", "")]
    public void ReadsNamesThatPeopleWrite(string text, string typePath, string shortName)
    {
        DocumentationId id = DocumentationId.Parse(text);
        Assert.Equal(shortName, id.ShortName);
        if (id.Kind != 'N')
        {
            Assert.Equal(typePath, id.TypePath);
        }
    }
}
