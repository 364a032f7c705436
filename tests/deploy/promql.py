"""What a PromQL expression asks for."""

from promql_parser import Expr, MatrixSelector, VectorSelector, parse, walk


def metric_names(expression: str) -> set[str]:
    """Every metric that `expression` reads. Raises ValueError where it is not PromQL."""
    names: set[str] = set()

    def visit(node: Expr) -> bool:
        if isinstance(node, MatrixSelector):
            node = node.vector_selector
        if isinstance(node, VectorSelector):
            assert node.name is not None, f"A selector without a name reads every series: {expression}"
            names.add(node.name)
        return True

    walk(parse(expression), visit)
    return names
